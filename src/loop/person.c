/* person.c: the people of units. */
#include "loop/unit.h"

static const char *const person_texts[] = {"name", "title", "party_post", "portfolio", "email", "phone"};
enum { PERSON_TEXTS = (int)(sizeof person_texts / sizeof person_texts[0]) };

static enum rc person_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0), id;
    struct value *unit;
    TRY(unit_find(call, unit_id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, unit_id, LABEL_INTERNAL));
    struct value *body = value_new_map(arena);
    for (int i = 0; i < PERSON_TEXTS; i++)
        value_put_text(arena, body, person_texts[i], value_get_text(call->input, person_texts[i]));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    TRY(command_append(call, EVENT_PERSON_CREATED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static enum rc person_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0), seq;
    struct value *person, *unit;
    struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &person));
    if (!person)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "person.not_found");
    int64_t old_unit_id = value_get_int(person, "unit_id", 0),
            unit_id = value_get_int(call->input, "unit_id", old_unit_id);
    TRY(command_require(call, PERM_UNIT_WRITE, old_unit_id, LABEL_INTERNAL));
    TRY(unit_find(call, unit_id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, unit_id, LABEL_INTERNAL));
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    for (int i = 0; i < PERSON_TEXTS; i++) {
        const struct value *given = value_get(call->input, person_texts[i]);
        value_put_text(arena, body, person_texts[i], value_get_text(given ? call->input : person, person_texts[i]));
    }
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    TRY(command_append(call, EVENT_PERSON_CHANGED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "unit_id", unit_id);
    return RC_OK;
}

#define PERSON_FIELDS                                                                                                  \
    {"name", FIELD_TEXT, true, 60, NULL}, {"title", FIELD_TEXT, false, 120, NULL},                                     \
        {"party_post", FIELD_TEXT, false, 120, NULL}, {"portfolio", FIELD_TEXT, false, 300, NULL},                     \
        {"email", FIELD_TEXT, false, 200, NULL},                                                                       \
    {                                                                                                                  \
        "phone", FIELD_TEXT, false, 60, NULL                                                                           \
    }

static const struct field person_create_fields[] = {{"unit_id", FIELD_ID, true, 0, NULL}, PERSON_FIELDS};
const struct command command_person_create = {.name = "person.create",
                                              .perm = PERM_UNIT_WRITE,
                                              COMMAND_FIELDS(person_create_fields),
                                              .run = person_create,
                                              .path = "/units/{unit_id}/people",
                                              .redirect = "/units/{unit_id}"};

static const struct field person_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"unit_id", FIELD_ID, false, 0, NULL},
                                                    PERSON_FIELDS,
                                                    {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_person_change = {.name = "person.change",
                                              .is_patch = true,
                                              .perm = PERM_UNIT_WRITE,
                                              COMMAND_FIELDS(person_change_fields),
                                              .run = person_change,
                                              .path = "/people/{id}",
                                              .redirect = "/units/{unit_id}"};
