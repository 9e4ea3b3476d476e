/* messages_table.h: the compiled catalogues; written by messages_compile.c at build time. */
#ifndef BIHUAN_SERVE_MESSAGES_TABLE_H
#define BIHUAN_SERVE_MESSAGES_TABLE_H

#include "serve/messages.h"

struct message_entry {
    struct str key;
    struct str texts[LANG_COUNT]; /* p is NULL where a catalogue lacks the key */
};

extern const struct message_entry message_entries[]; /* sorted by key */
extern const size_t message_entry_count;
extern const uint16_t message_slots[]; /* open addressing by str_hash(key, 0): index + 1, or 0 */
extern const size_t message_slot_mask;

#endif
