/* openapi.c: see openapi.h.
 *
 * Every operation follows from a row of data/routes.def or data/commands.def: a new row is described without another
 * word.
 */
#include "serve/openapi.h"

#include <string.h>

#include "db/catalog.h"
#include "serve/page.h"

enum { COLUMNS_MAX = 100, NAME_BYTES_MAX = 200, IDS_MAX = 1000, LINE_DEFAULT = 200, LONG_DEFAULT = 20000 };

struct describer {
    struct arena *arena;
    struct value *paths, *tags;
};

static void put_ref(struct arena *arena, struct value *map, const char *ref)
{
    value_put_text(arena, map, "$ref", str_from_cstr(ref));
}

/* ---- addresses ---------------------------------------------------------------------------------------------- */

/* "/units/{id}/people" -> "units": the noun that operations are gathered under. */
static struct str noun_of(struct str path)
{
    struct str rest = str_slice(path, 1, path.n), noun;
    return str_split_next(&rest, '/', &noun) && noun.n ? noun : STR("home");
}

static struct str shape_of(struct arena *arena, struct str path)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, NAME_BYTES_MAX);
    bool is_inside = false;
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '}')
            is_inside = false;
        if (!is_inside)
            buf_add_char(&out, path.p[i]);
        if (path.p[i] == '{')
            is_inside = true;
    }
    return arena_copy_str(arena, buf_str(&out));
}

/* Two rows may name the same parameter differently; an address is described once, under the first name. */
static struct value *find_path(struct describer *d, struct str path)
{
    struct str shape = shape_of(d->arena, path);
    for (struct value *item = d->paths->items.first; item; item = item->next)
        if (str_equal(shape_of(d->arena, item->key), shape))
            return item;
    return value_put(d->paths, path, value_new_map(d->arena));
}

/* "GET /units/{id}" -> "getUnitsById". */
static struct str operation_id(struct arena *arena, const char *method, struct str path)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, NAME_BYTES_MAX);
    buf_add_cstr(&out, method);
    bool is_start = true;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if (c == '{')
            buf_add_cstr(&out, "By");
        bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_word)
            buf_add_char(&out, is_start && c >= 'a' ? (char)(c - 'a' + 'A') : c);
        is_start = !is_word;
    }
    return arena_copy_str(arena, buf_str(&out));
}

static void put_path_parameters(struct describer *d, struct value *operation, struct str path)
{
    struct value *list = NULL;
    for (size_t at = str_find_byte(path, '{', 0); at != SIZE_MAX; at = str_find_byte(path, '{', at + 1)) {
        struct str name = str_slice(path, at + 1, str_find_byte(path, '}', at));
        list = list ? list : value_put_list(d->arena, operation, "parameters");
        struct value *parameter = value_add_map(d->arena, list);
        value_put_text(d->arena, parameter, "name", name);
        value_put_text(d->arena, parameter, "in", STR("path"));
        value_put_bool(d->arena, parameter, "required", true);
        struct value *schema = value_put_map(d->arena, parameter, "schema");
        bool is_id = str_equal(name, STR("id")) || str_has_suffix(name, STR("_id"));
        value_put_text(d->arena, schema, "type", is_id ? STR("integer") : STR("string"));
        if (is_id)
            value_put_int(d->arena, schema, "minimum", 1);
    }
}

/* ---- request bodies ----------------------------------------------------------------------------------------- */

static void put_choices(struct arena *arena, struct value *schema, const char *choices)
{
    struct value *list = value_put_list(arena, schema, "enum");
    struct str rest = str_from_cstr(choices), choice;
    while (str_split_next(&rest, '|', &choice))
        value_add_text(arena, list, choice);
}

static void put_text_type(struct arena *arena, struct value *schema, const struct field *field, int otherwise)
{
    value_put_text(arena, schema, "type", STR("string"));
    value_put_int(arena, schema, "maxLength", field->max ? field->max : otherwise);
    if (field->is_required)
        value_put_int(arena, schema, "minLength", 1);
}

static void put_field(struct arena *arena, struct value *properties, const struct field *field)
{
    struct value *schema = value_put_map(arena, properties, field->name);
    switch (field->kind) {
    case FIELD_TEXT:
        put_text_type(arena, schema, field, LINE_DEFAULT);
        break;
    case FIELD_SECRET:
        put_text_type(arena, schema, field, LINE_DEFAULT);
        value_put_text(arena, schema, "format", STR("password"));
        value_put_bool(arena, schema, "writeOnly", true);
        break;
    case FIELD_LONG:
        put_text_type(arena, schema, field, LONG_DEFAULT);
        break;
    case FIELD_INT:
    case FIELD_ID:
        value_put_text(arena, schema, "type", STR("integer"));
        if (field->kind == FIELD_ID)
            value_put_int(arena, schema, "minimum", 1);
        break;
    case FIELD_DATE:
        value_put_text(arena, schema, "type", STR("string"));
        value_put_text(arena, schema, "format", STR("date"));
        break;
    case FIELD_CHOICE:
        value_put_text(arena, schema, "type", STR("string"));
        put_choices(arena, schema, field->choices);
        break;
    case FIELD_BOOL:
        value_put_text(arena, schema, "type", STR("boolean"));
        break;
    case FIELD_MONEY:
        put_ref(arena, schema, "#/components/schemas/Money");
        break;
    case FIELD_JSON:
        value_put_text(arena, schema, "description", STR("Any JSON value."));
        break;
    case FIELD_SET:
        value_put_text(arena, schema, "type", STR("string"));
        value_put_text(arena, schema, "description", arena_format(arena, "some of: %s", field->choices));
        break;
    case FIELD_IDS: {
        value_put_text(arena, schema, "type", STR("array"));
        value_put_int(arena, schema, "maxItems", field->max ? field->max : IDS_MAX);
        struct value *items = value_put_map(arena, schema, "items");
        value_put_text(arena, items, "type", STR("integer"));
        value_put_int(arena, items, "minimum", 1);
        break;
    }
    }
}

static bool is_in_path(struct str path, const char *name)
{
    size_t n = strlen(name);
    for (size_t at = str_find_byte(path, '{', 0); at != SIZE_MAX; at = str_find_byte(path, '{', at + 1))
        if (str_equal(str_slice(path, at + 1, at + 1 + n), str_from_cstr(name)) && at + 1 + n < path.n &&
            path.p[at + 1 + n] == '}')
            return true;
    return false;
}

static void put_body(struct describer *d, struct value *operation, const struct command *command)
{
    struct arena *arena = d->arena;
    struct str path = str_from_cstr(command->path);
    struct value *body = value_put_map(arena, operation, "requestBody"), *schema = value_new_map(arena);
    struct value *required = value_new_list(arena);
    value_put_text(arena, schema, "type", STR("object"));
    struct value *properties = value_put_map(arena, schema, "properties");
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        if (is_in_path(path, field->name))
            continue;
        put_field(arena, properties, field);
        if (field->is_required && !command->is_patch)
            value_add_text(arena, required, str_from_cstr(field->name));
    }
    if (required->items.n)
        value_put(schema, STR("required"), required);
    value_put_bool(arena, body, "required", required->items.n > 0);
    struct value *content = value_put_map(arena, body, "content");
    value_put(value_put_map(arena, content, "application/json"), STR("schema"), schema);
    value_put(value_put_map(arena, content, "application/x-www-form-urlencoded"), STR("schema"),
              value_copy(arena, schema));
}

/* ---- answers ------------------------------------------------------------------------------------------------- */

/* Names of the columns that a SELECT gives: the part after AS or after the last dot of each item at the top level. */
static size_t read_columns(struct str sql, struct str *columns)
{
    size_t from = str_find(sql, STR("SELECT "), 0), n = 0;
    if (from == SIZE_MAX)
        return 0;
    from += 7;
    int depth = 0;
    for (size_t i = from; i <= sql.n && n < COLUMNS_MAX; i++) {
        char c = i < sql.n ? sql.p[i] : ',';
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        bool is_end = depth == 0 && (i == sql.n || str_has_prefix(str_slice(sql, i, sql.n), STR(" FROM ")) ||
                                     str_has_prefix(str_slice(sql, i, sql.n), STR("\nFROM ")));
        if (depth != 0 || (c != ',' && !is_end))
            continue;
        struct str item = str_trim(str_slice(sql, from, i));
        size_t at = item.n;
        while (at > 0 && item.p[at - 1] != ' ' && item.p[at - 1] != '.' && item.p[at - 1] != '\n')
            at--;
        struct str name = str_slice(item, at, item.n);
        if (name.n && !str_equal(name, STR("*")) && str_find_byte(name, ')', 0) == SIZE_MAX)
            columns[n++] = name;
        from = i + 1;
        if (is_end)
            break;
    }
    return n;
}

static void put_row_schema(struct describer *d, struct value *schema, enum query query)
{
    struct str columns[COLUMNS_MAX];
    size_t n = read_columns(str_from_cstr(db_catalog.queries[query].sql[DB_SQLITE]), columns);
    value_put_text(d->arena, schema, "type", STR("object"));
    struct value *properties = value_put_map(d->arena, schema, "properties");
    for (size_t i = 0; i < n; i++) {
        struct value *types =
            value_put_list(d->arena, value_put(properties, columns[i], value_new_map(d->arena)), "type");
        bool is_id = str_equal(columns[i], STR("id")) || str_has_suffix(columns[i], STR("_id"));
        if (!is_id)
            value_add_text(d->arena, types, STR("string"));
        value_add_text(d->arena, types, STR("integer"));
        value_add_text(d->arena, types, STR("null"));
    }
}

static void put_failure(struct describer *d, struct value *responses)
{
    struct value *failure = value_put_map(d->arena, responses, "4XX");
    put_ref(d->arena, failure, "#/components/responses/Problem");
    put_ref(d->arena, value_put_map(d->arena, responses, "5XX"), "#/components/responses/Problem");
}

static struct value *put_response(struct describer *d, struct value *responses, const char *status, const char *what,
                                  const char *type)
{
    struct value *response = value_put_map(d->arena, responses, status);
    value_put_text(d->arena, response, "description", str_from_cstr(what));
    return type ? value_put_map(d->arena, value_put_map(d->arena, value_put_map(d->arena, response, "content"), type),
                                "schema")
                : NULL;
}

static void put_route_answer(struct describer *d, struct value *operation, const struct route *route)
{
    struct value *responses = value_put_map(d->arena, operation, "responses");
    struct value *schema = put_response(d, responses, "200", "The view of the page.", "application/json");
    value_put_text(d->arena, schema, "type", STR("object"));
    struct value *properties = NULL;
    for (int i = 0; i < ROUTE_QUERIES_MAX && route->queries[i].key; i++) {
        const struct page_query *query = &route->queries[i];
        properties = properties ? properties : value_put_map(d->arena, schema, "properties");
        struct value *part = value_put_map(d->arena, properties, query->key);
        if (query->rows == PAGE_MANY) {
            value_put_text(d->arena, part, "type", STR("array"));
            part = value_put_map(d->arena, part, "items");
        }
        put_row_schema(d, part, query->query);
    }
    put_failure(d, responses);
}

static void put_command_answer(struct describer *d, struct value *operation)
{
    struct value *responses = value_put_map(d->arena, operation, "responses");
    put_ref(d->arena, put_response(d, responses, "200", "Done and durable.", "application/json"),
            "#/components/schemas/Done");
    put_ref(d->arena, put_response(d, responses, "201", "Made and durable.", "application/json"),
            "#/components/schemas/Done");
    (void)put_response(d, responses, "303", "Done; for forms: go on at Location.", NULL);
    put_failure(d, responses);
}

/* ---- operations ---------------------------------------------------------------------------------------------- */

static void put_tag(struct describer *d, struct value *operation, struct str noun)
{
    value_add_text(d->arena, value_put_list(d->arena, operation, "tags"), noun);
    VALUE_EACH (tag, d->tags) {
        if (str_equal(value_get_text(tag, "name"), noun))
            return;
    }
    struct value *tag = value_add_map(d->arena, d->tags);
    value_put_text(d->arena, tag, "name", noun);
    value_put_text(
        d->arena, tag, "description",
        arena_format(d->arena, "Addresses under /%.*s.", STR_ARG(str_equal(noun, STR("home")) ? STR("") : noun)));
}

static struct value *add_operation(struct describer *d, struct str path, const char *method, struct str summary,
                                   const char *perm, struct str *ret_path)
{
    struct value *item = find_path(d, path);
    *ret_path = item->key;
    if (value_get(item, method))
        return NULL;
    struct value *operation = value_put_map(d->arena, item, method);
    value_put_text(d->arena, operation, "operationId", operation_id(d->arena, method, path));
    value_put_text(d->arena, operation, "summary", summary);
    put_tag(d, operation, noun_of(path));
    value_put_text(d->arena, operation, "x-permission", str_from_cstr(perm));
    put_path_parameters(d, operation, item->key);
    bool is_public = strcmp(perm, "public") == 0;
    struct value *security = value_put_list(d->arena, operation, "security");
    struct value *needs = is_public ? NULL : value_add_map(d->arena, security);
    if (needs)
        value_put_list(d->arena, needs, "session");
    if (needs && strcmp(method, "post") == 0)
        value_put_list(d->arena, needs, "csrf");
    return operation;
}

static void describe_route(struct describer *d, const struct route *route)
{
    struct str path = str_from_cstr(route->path), known;
    bool is_post = route->method == HTTP_POST;
    struct str title = route->title && *route->title ? message_find(LANG_EN, str_from_cstr(route->title)) : STR_EMPTY;
    struct str summary = title.n ? title : path;
    if (is_post)
        summary = arena_format(d->arena, "Form: %.*s", STR_ARG(summary));
    struct value *operation = add_operation(d, path, is_post ? "post" : "get", summary, route_perm_name(route), &known);
    if (!operation)
        return;
    if (is_post) {
        struct value *content = value_put_map(d->arena, value_put_map(d->arena, operation, "requestBody"), "content");
        static const char *const types[] = {"application/x-www-form-urlencoded", "multipart/form-data"};
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            value_put_text(d->arena, value_put_map(d->arena, value_put_map(d->arena, content, types[i]), "schema"),
                           "type", STR("object"));
    }
    put_route_answer(d, operation, route);
    if (is_post)
        (void)put_response(d, (struct value *)value_get(operation, "responses"), "303", "Done; go on at Location.",
                           NULL);
}

static void describe_command(struct describer *d, const struct command *command)
{
    if (!command->path)
        return;
    struct str known, summary = arena_format(d->arena, "Command %s", command->name);
    struct value *operation =
        add_operation(d, str_from_cstr(command->path), "post", summary, perm_name(command->perm), &known);
    if (!operation)
        return;
    value_put_text(d->arena, operation, "x-command", str_from_cstr(command->name));
    put_body(d, operation, command);
    put_command_answer(d, operation);
}

/* ---- the rest ------------------------------------------------------------------------------------------------ */

static void put_schemas(struct arena *arena, struct value *components)
{
    struct value *schemas = value_put_map(arena, components, "schemas");
    struct value *problem = value_put_map(arena, schemas, "Problem");
    value_put_text(arena, problem, "type", STR("object"));
    value_put_text(arena, problem, "description", STR("RFC 9457"));
    struct value *properties = value_put_map(arena, problem, "properties");
    static const char *const texts[] = {"type", "title"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(arena, value_put_map(arena, properties, texts[i]), "type", STR("string"));
    value_put_text(arena, value_put_map(arena, properties, "status"), "type", STR("integer"));
    struct value *errors = value_put_map(arena, properties, "errors");
    value_put_text(arena, errors, "type", STR("array"));
    struct value *error = value_put_map(arena, errors, "items");
    value_put_text(arena, error, "type", STR("object"));
    properties = value_put_map(arena, error, "properties");
    static const char *const parts[] = {"field", "place", "text"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        value_put_text(arena, value_put_map(arena, properties, parts[i]), "type", STR("string"));

    struct value *done = value_put_map(arena, schemas, "Done");
    value_put_text(arena, done, "type", STR("object"));
    properties = value_put_map(arena, done, "properties");
    value_put_text(arena, value_put_map(arena, properties, "result"), "type", STR("object"));
    value_put_text(arena, value_put_map(arena, properties, "url"), "type", STR("string"));

    struct value *money = value_put_map(arena, schemas, "Money");
    value_put_text(arena, money, "description", STR("Yuan as text with at most two decimals, or fen as integer."));
    struct value *types = value_put_list(arena, money, "type");
    value_add_text(arena, types, STR("string"));
    value_add_text(arena, types, STR("integer"));
}

static void put_components(struct arena *arena, struct value *root)
{
    struct value *components = value_put_map(arena, root, "components");
    put_schemas(arena, components);
    struct value *response = value_put_map(arena, value_put_map(arena, components, "responses"), "Problem");
    value_put_text(arena, response, "description", STR("Refused or failed; nothing was changed."));
    struct value *content = value_put_map(arena, response, "content");
    put_ref(arena, value_put_map(arena, value_put_map(arena, content, "application/problem+json"), "schema"),
            "#/components/schemas/Problem");
    struct value *schemes = value_put_map(arena, components, "securitySchemes");
    static const char *const rows[][4] = {{"session", "cookie", "bihuan", "Session of POST /login."},
                                          {"csrf", "header", "X-CSRF-Token", "Token of GET /session; for every POST."}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct value *scheme = value_put_map(arena, schemes, rows[i][0]);
        value_put_text(arena, scheme, "type", STR("apiKey"));
        value_put_text(arena, scheme, "in", str_from_cstr(rows[i][1]));
        value_put_text(arena, scheme, "name", str_from_cstr(rows[i][2]));
        value_put_text(arena, scheme, "description", str_from_cstr(rows[i][3]));
    }
}

enum rc openapi_write(struct ctx *ctx, struct buf *out)
{
    struct arena *arena = ctx->arena;
    struct value *root = value_new_map(arena);
    value_put_text(arena, root, "openapi", STR("3.1.0"));
    struct value *info = value_put_map(arena, root, "info");
    value_put_text(arena, info, "title", STR("Bihuan"));
    value_put_text(arena, info, "version", STR(BIHUAN_VERSION));
    value_put_text(arena, info, "description",
                   STR("Every page is a view: ask for application/json, or put .json after the address."));
    struct value *license = value_put_map(arena, info, "license");
    value_put_text(arena, license, "name", STR("Apache-2.0"));
    value_put_text(arena, license, "identifier", STR("Apache-2.0"));
    value_put_text(arena, value_add_map(arena, value_put_list(arena, root, "servers")), "url", STR("/"));
    struct describer d = {.arena = arena, .paths = value_new_map(arena), .tags = value_new_list(arena)};
    TRY(arena_rc(arena));
    for (int i = 0; i < command_count; i++)
        describe_command(&d, command_table[i]);
    for (int i = 0; i < route_count; i++)
        describe_route(&d, &route_table[i]);
    value_put(root, STR("tags"), d.tags);
    value_put(root, STR("paths"), d.paths);
    put_components(arena, root);
    TRY(arena_rc(arena));
    value_write_json(out, root, true);
    return buf_rc(out);
}
