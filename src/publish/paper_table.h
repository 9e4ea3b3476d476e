/* paper_table.h: the descriptions of data/papers, built into the program by paper_embed.c. */
#ifndef BIHUAN_PUBLISH_PAPER_TABLE_H
#define BIHUAN_PUBLISH_PAPER_TABLE_H

#include "base/str.h"

struct paper_description {
    struct str kind, text;
};

extern const struct paper_description paper_descriptions[];
extern const size_t paper_description_n;

#endif
