/* text_digest.c: SHA-256 and SM3 against published vectors. */
#include "unit.h"

#include "text/digest.h"

static void matches_published_vectors(void **state)
{
    (void)state;
    /* FIPS 180-4 and GB/T 32905-2016, example of "abc" */
    static const char *const expected[] = {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                                           "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"};
    for (int kind = DIGEST_SHA256; kind <= DIGEST_SM3; kind++) {
        CLEANUP(digest_done) struct digest d = {0};
        uint8_t out[DIGEST_BYTES];
        char text[DIGEST_TEXT_BYTES];
        assert_ok(digest_init(&d, (enum digest_kind)kind));
        digest_update(&d, "a", 1);
        digest_update(&d, "", 0);
        digest_update(&d, "bc", 2);
        assert_ok(digest_final(&d, out));
        assert_str(digest_format(out, text), expected[kind]);
    }
    uint8_t out[DIGEST_BYTES], back[DIGEST_BYTES];
    char text[DIGEST_TEXT_BYTES];
    digest_sha256(STR_EMPTY, out);
    assert_str(digest_format(out, text), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(digest_parse(str_from_cstr(text), back));
    assert_true(digest_equal(out, back));
    back[31] ^= 1;
    assert_false(digest_equal(out, back));
    assert_false(digest_parse(STR("e3"), back));
    text[3] = 'x';
    assert_false(digest_parse(str_from_cstr(text), back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(matches_published_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
