/* package_parts.h: what the child of package_read.h hands on; private to it and to the reader of mails. */
#ifndef BIHUAN_INTAKE_PACKAGE_PARTS_H
#define BIHUAN_INTAKE_PACKAGE_PARTS_H

#include "intake/reader_work.h"

void package_put_header(struct reader *reader, const char *name, struct str value);
void package_put_part(struct reader *reader, struct str name, struct str made_on, struct str bytes);
/* Sender, subject and the attached files of a mail. */
enum rc reader_eml_files(struct reader *reader, struct str bytes) MUST_CHECK;

#endif
