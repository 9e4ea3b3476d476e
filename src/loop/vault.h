/* vault.h: the key under which comments of the public are kept, and what is made of it.
 *
 * The key is 32 bytes as 64 hex digits in a file of its own, readable by its owner alone, outside the database and the
 * directory of stored files: a copy of these shows nothing of what people wrote.  It is made at the first need.
 */
#ifndef BIHUAN_LOOP_VAULT_H
#define BIHUAN_LOOP_VAULT_H

#include <stdint.h>

#include "base/ctx.h"

enum { RECEIPT_CHARS = 24, RECEIPT_TEXT_BYTES = RECEIPT_CHARS + 6 }; /* 120 bits, in groups of four */

/* Where the key file is; before the first use. */
void vault_use(const char *path);
/* Seals and opens; RC_CONFIG with vault.no_key when the file cannot be read or made. */
enum rc vault_seal(struct ctx *ctx, struct str plain, struct str *ret_hex) MUST_CHECK;
enum rc vault_open(struct ctx *ctx, struct str hex, struct str *ret_plain) MUST_CHECK;
/* Keyed digest as hex, in the arena; purpose keeps uses apart. */
enum rc vault_mac(struct ctx *ctx, const char *purpose, struct str data, struct str *ret_hex) MUST_CHECK;
/* A new receipt number, "7K2M-...": digits and capitals without those that are taken for others. */
struct str vault_make_receipt(char text[RECEIPT_TEXT_BYTES]);
/* As typed (any case, blanks, hyphens) to the text that is digested; empty when it is none. */
struct str vault_read_receipt(struct arena *arena, struct str typed);

#endif
