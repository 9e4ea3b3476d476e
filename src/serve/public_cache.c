/* public_cache.c: see public_cache.h. */
#include "serve/public_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct held_page {
    struct public_page page; /* first: what callers hold */
    atomic_int holders;
    size_t size;
    char memory[];
};

struct slot {
    char name[PUBLIC_NAME_BYTES];
    struct held_page *held; /* NULL: free */
    int64_t made_ms, due_ms;
};

struct public_cache {
    pthread_mutex_t lock;
    struct slot slots[PUBLIC_CACHE_PAGES];
    size_t bytes;
};

struct public_cache *public_cache_new(void)
{
    struct public_cache *cache = alloc_zeroed(1, sizeof *cache);
    if (cache)
        (void)pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void public_page_release(const struct public_page *page)
{
    struct held_page *held = (struct held_page *)(uintptr_t)page;
    if (held && atomic_fetch_sub(&held->holders, 1) == 1)
        alloc_free(held);
}

static void empty(struct public_cache *cache, struct slot *slot)
{
    if (!slot->held)
        return;
    cache->bytes -= slot->held->size;
    public_page_release(&slot->held->page);
    *slot = (struct slot){0};
}

void public_cache_free(struct public_cache *cache)
{
    if (!cache)
        return;
    for (int i = 0; i < PUBLIC_CACHE_PAGES; i++)
        empty(cache, &cache->slots[i]);
    (void)pthread_mutex_destroy(&cache->lock);
    alloc_free(cache);
}

static struct slot *slot_of(struct public_cache *cache, struct str name)
{
    for (int i = 0; i < PUBLIC_CACHE_PAGES; i++)
        if (cache->slots[i].held && str_equal_cstr(name, cache->slots[i].name))
            return &cache->slots[i];
    return NULL;
}

const struct public_page *public_cache_find(struct public_cache *cache, struct str name, int64_t now_ms,
                                            bool *ret_is_due)
{
    const struct public_page *page = NULL;
    *ret_is_due = false;
    pthread_mutex_lock(&cache->lock);
    struct slot *slot = slot_of(cache, name);
    if (slot && now_ms - slot->made_ms < PUBLIC_KEPT_MS) {
        page = &slot->held->page;
        atomic_fetch_add(&slot->held->holders, 1);
        *ret_is_due = now_ms >= slot->due_ms;
        if (*ret_is_due)
            slot->due_ms = now_ms + PUBLIC_FRESH_MS; /* should this caller fail, another is told then */
    }
    pthread_mutex_unlock(&cache->lock);
    return page;
}

static struct held_page *make_page(struct str bytes, struct str gzip)
{
    struct held_page *held = alloc_new(sizeof *held + bytes.n + gzip.n);
    if (!held)
        return NULL;
    *held = (struct held_page){.size = bytes.n + gzip.n, .holders = 1};
    memcpy(held->memory, bytes.p, bytes.n);
    if (gzip.n)
        memcpy(held->memory + bytes.n, gzip.p, gzip.n);
    held->page.bytes = (struct str){held->memory, bytes.n};
    held->page.gzip = (struct str){held->memory + bytes.n, gzip.n};
    (void)snprintf(held->page.etag, sizeof held->page.etag, "\"%016llx\"", (unsigned long long)str_hash(bytes, 0));
    return held;
}

/* The oldest page, or NULL when there is none. */
static struct slot *oldest_page(struct public_cache *cache)
{
    struct slot *oldest = NULL;
    for (int i = 0; i < PUBLIC_CACHE_PAGES; i++)
        if (cache->slots[i].held && (!oldest || cache->slots[i].made_ms < oldest->made_ms))
            oldest = &cache->slots[i];
    return oldest;
}

/* A free slot; that of the oldest page when there is none. */
static struct slot *take_slot(struct public_cache *cache)
{
    for (int i = 0; i < PUBLIC_CACHE_PAGES; i++)
        if (!cache->slots[i].held)
            return &cache->slots[i];
    return oldest_page(cache);
}

const struct public_page *public_cache_put(struct public_cache *cache, struct str name, struct str bytes,
                                           struct str gzip, int64_t now_ms)
{
    struct held_page *held = name.n < PUBLIC_NAME_BYTES ? make_page(bytes, gzip) : NULL;
    if (!held)
        return NULL;
    if (held->size > PUBLIC_CACHE_BYTES / 4)
        return &held->page; /* one page does not push out all others: it is only sent */
    pthread_mutex_lock(&cache->lock);
    struct slot *slot = slot_of(cache, name);
    if (slot)
        empty(cache, slot);
    for (struct slot *old = oldest_page(cache); old && cache->bytes + held->size > PUBLIC_CACHE_BYTES;
         old = oldest_page(cache))
        empty(cache, old);
    slot = take_slot(cache);
    empty(cache, slot);
    *slot = (struct slot){.held = held, .made_ms = now_ms, .due_ms = now_ms + PUBLIC_FRESH_MS};
    memcpy(slot->name, name.p, name.n);
    cache->bytes += held->size;
    atomic_fetch_add(&held->holders, 1);
    pthread_mutex_unlock(&cache->lock);
    return &held->page;
}

void public_cache_drop(struct public_cache *cache, struct str name)
{
    pthread_mutex_lock(&cache->lock);
    struct slot *slot = slot_of(cache, name);
    if (slot)
        empty(cache, slot);
    pthread_mutex_unlock(&cache->lock);
}
