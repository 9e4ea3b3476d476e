/* ofd_font.c: see ofd_font.h. */
#include "publish/ofd_font.h"

#include <hb-ot.h>
#include <hb-subset.h>
#include <pango/pangofc-font.h>

/* What a fixed page has no use for: rules of shaping, vertical writing, pictures, signatures. */
static const hb_tag_t dropped[] = {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
                                   HB_TAG('B', 'A', 'S', 'E'), HB_TAG('k', 'e', 'r', 'n'), HB_TAG('v', 'h', 'e', 'a'),
                                   HB_TAG('v', 'm', 't', 'x'), HB_TAG('V', 'O', 'R', 'G'), HB_TAG('E', 'B', 'D', 'T'),
                                   HB_TAG('E', 'B', 'L', 'C'), HB_TAG('E', 'B', 'S', 'C'), HB_TAG('D', 'S', 'I', 'G')};

static struct str text_of(struct ofd_fonts *fonts, FcPattern *pattern, const char *object)
{
    FcChar8 *text;
    return FcPatternGetString(pattern, object, 0, &text) == FcResultMatch
               ? arena_copy_str(fonts->ctx->arena, str_from_cstr((const char *)text))
               : STR("");
}

static struct ofd_face *take_face(struct ofd_fonts *fonts, PangoFont *font, FcPattern *pattern)
{
    hb_face_t *face = hb_font_get_face(pango_font_get_hb_font(font));
    for (size_t i = 0; i < fonts->faces.n; i++)
        if (fonts->faces.p[i]->face == face)
            return fonts->faces.p[i];
    struct ofd_face *fresh = ARENA_NEW(fonts->ctx->arena, struct ofd_face);
    if (!fresh || !VEC_PUSH(fonts->ctx->arena, &fonts->faces, fresh))
        return NULL;
    int weight = FC_WEIGHT_NORMAL;
    (void)FcPatternGetInteger(pattern, FC_WEIGHT, 0, &weight);
    hb_blob_t *cff = hb_face_reference_table(face, HB_TAG('C', 'F', 'F', ' '));
    *fresh = (struct ofd_face){.name = text_of(fonts, pattern, FC_POSTSCRIPT_NAME),
                               .family = text_of(fonts, pattern, FC_FAMILY),
                               .is_bold = weight >= FC_WEIGHT_DEMIBOLD,
                               .is_cff = hb_blob_get_length(cff) > 0,
                               .face = hb_face_reference(face),
                               .codes = hb_set_create(),
                               .glyphs = hb_set_create()};
    hb_blob_destroy(cff);
    return fresh;
}

const struct ofd_font *ofd_fonts_take(struct ofd_fonts *fonts, PangoFont *font)
{
    for (size_t i = 0; i < fonts->fonts.n; i++)
        if (fonts->fonts.p[i].font == font)
            return &fonts->fonts.p[i];
    if (!PANGO_IS_FC_FONT(font))
        return NULL;
    FcPattern *pattern = pango_fc_font_get_pattern(PANGO_FC_FONT(font));
    FcBool is_emboldened = FcFalse;
    (void)FcPatternGetBool(pattern, FC_EMBOLDEN, 0, &is_emboldened);
    PangoFontDescription *about = pango_font_describe_with_absolute_size(font);
    struct ofd_font taken = {.font = font,
                             .face = take_face(fonts, font, pattern),
                             .points = (double)pango_font_description_get_size(about) / PANGO_SCALE,
                             .is_emboldened = is_emboldened};
    pango_font_description_free(about);
    if (!taken.face || !VEC_PUSH(fonts->ctx->arena, &fonts->fonts, taken))
        return NULL;
    g_object_ref(font);
    return &fonts->fonts.p[fonts->fonts.n - 1];
}

bool ofd_font_use(const struct ofd_font *font, uint32_t code, uint32_t glyph)
{
    hb_codepoint_t nominal;
    bool is_plain = hb_font_get_nominal_glyph(pango_font_get_hb_font(font->font), code, &nominal) && nominal == glyph;
    if (is_plain)
        hb_set_add(font->face->codes, code);
    hb_set_add(font->face->glyphs, glyph);
    return is_plain;
}

static enum rc subset(struct ctx *ctx, struct ofd_face *face)
{
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (!input)
        return RC_NOMEM;
    hb_set_union(hb_subset_input_unicode_set(input), face->codes);
    hb_set_union(hb_subset_input_glyph_set(input), face->glyphs);
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
        hb_set_add(hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG), dropped[i]);
    hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
    hb_subset_plan_t *plan = hb_subset_plan_create_or_fail(face->face, input);
    hb_face_t *made = plan ? hb_subset_plan_execute_or_fail(plan) : NULL;
    if (made) {
        face->numbers = hb_map_copy(hb_subset_plan_old_to_new_glyph_mapping(plan));
        face->subset = hb_face_reference_blob(made);
    }
    hb_face_destroy(made);
    hb_subset_plan_destroy(plan);
    hb_subset_input_destroy(input);
    return made ? RC_OK : ctx_fail_format(ctx, RC_INTERNAL, NULL, "no subset of %.*s", STR_ARG(face->name));
}

enum rc ofd_fonts_subset(struct ofd_fonts *fonts)
{
    for (size_t i = 0; i < fonts->faces.n; i++)
        TRY(subset(fonts->ctx, fonts->faces.p[i]));
    return RC_OK;
}

struct str ofd_face_bytes(const struct ofd_face *face)
{
    unsigned int n = 0;
    const char *bytes = face->subset ? hb_blob_get_data(face->subset, &n) : NULL;
    return (struct str){bytes, n};
}

uint32_t ofd_face_number(const struct ofd_face *face, uint32_t glyph)
{
    hb_codepoint_t number = face->numbers ? hb_map_get(face->numbers, glyph) : HB_MAP_VALUE_INVALID;
    return number == HB_MAP_VALUE_INVALID ? 0 : number;
}

void ofd_fonts_done(struct ofd_fonts *fonts)
{
    for (size_t i = 0; i < fonts->fonts.n; i++)
        g_object_unref(fonts->fonts.p[i].font);
    for (size_t i = 0; i < fonts->faces.n; i++) {
        struct ofd_face *face = fonts->faces.p[i];
        hb_face_destroy(face->face);
        hb_set_destroy(face->codes);
        hb_set_destroy(face->glyphs);
        hb_map_destroy(face->numbers);
        hb_blob_destroy(face->subset);
    }
}
