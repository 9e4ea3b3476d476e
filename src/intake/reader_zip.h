/* reader_zip.h: a ZIP package held in memory, read under limits; the only file that knows libzip. */
#ifndef BIHUAN_INTAKE_READER_ZIP_H
#define BIHUAN_INTAKE_READER_ZIP_H

#include "intake/reader_work.h"

struct zip_package;

/* Opens the package and checks its directory: number of entries, sizes, ratios, names, encryption, methods. */
enum rc zip_package_open(struct reader *reader, struct str bytes, struct zip_package **ret) MUST_CHECK;
/* The same for packages whose names may be in GBK or have backslashes: names are checked by zip_package_entry. */
enum rc zip_package_open_names(struct reader *reader, struct str bytes, struct zip_package **ret) MUST_CHECK;
void zip_package_free(struct zip_package *package); /* takes NULL */
void zip_package_free_ptr(struct zip_package **package);
bool zip_package_has(const struct zip_package *package, struct str name);
/* The entry's bytes in scratch; RC_NOT_FOUND without an issue when there is none. */
enum rc zip_package_read(struct zip_package *package, struct str name, struct str *ret) MUST_CHECK;
size_t zip_package_count(const struct zip_package *package);

struct zip_package_entry {
    struct str name;    /* UTF-8 with "/", in scratch */
    struct str made_on; /* YYYY-MM-DD, or empty */
};
/* The i-th entry; RC_DAMAGED with reader.zip_path {0} or reader.zip_name {0}. */
enum rc zip_package_entry(struct zip_package *package, size_t i, struct zip_package_entry *ret) MUST_CHECK;
/* Unpacks the i-th entry piece by piece. */
typedef enum rc zip_package_piece_fn(void *arg, struct str piece);
enum rc zip_package_copy(struct zip_package *package, size_t i, struct str name, zip_package_piece_fn *to,
                         void *arg) MUST_CHECK;
/* Name of the i-th entry; empty beyond the last. */
struct str zip_package_name(const struct zip_package *package, size_t i);

/* target as written in a part of directory base ("word/document.xml" + "../media/x" = "media/x"), in scratch.
 * Empty when it leaves the package. */
struct str zip_resolve_path(struct arena *arena, struct str base, struct str target);

#endif
