/* docx_place.c: where the paragraphs of a template stand, for messages; see docx_field.h. */
#include "publish/docx_field.h"

struct places {
    const char *part; /* "", or "header1 " */
    int paragraphs, tables;
};

static void set_places(struct arena *arena, struct xml_item *item, struct places *places, int table, int row, int cell);

/* "p3 box p1": the first paragraph of a text box that hangs in the third. */
static void set_box_places(struct arena *arena, struct xml_item *item, struct str place)
{
    for (struct xml_item *child = item->first; child; child = child->next) {
        struct places within = {.part = arena_format(arena, "%.*s box ", STR_ARG(place)).p};
        if (!xml_item_is(child, "w:txbxContent"))
            set_box_places(arena, child, place);
        else if (within.part)
            set_places(arena, child, &within, 0, 0, 0);
    }
}

static void set_places(struct arena *arena, struct xml_item *item, struct places *places, int table, int row, int cell)
{
    for (struct xml_item *child = item->first; child; child = child->next) {
        if (xml_item_is(child, "w:p")) {
            child->place = table ? arena_format(arena, "%stable %d r%d c%d", places->part, table, row, cell)
                                 : arena_format(arena, "%sp%d", places->part, ++places->paragraphs);
            set_box_places(arena, child, child->place);
        } else if (xml_item_is(child, "w:tbl")) {
            set_places(arena, child, places, ++places->tables, 0, 0);
        } else if (xml_item_is(child, "w:tr")) {
            set_places(arena, child, places, table, ++row, 0);
        } else if (xml_item_is(child, "w:tc")) {
            set_places(arena, child, places, table, row, ++cell);
        } else if (child->first) {
            set_places(arena, child, places, table, row, cell);
        }
    }
}

void docx_set_places(struct arena *arena, struct xml_item *root, const char *part)
{
    struct places places = {.part = part};
    set_places(arena, root, &places, 0, 0, 0);
}
