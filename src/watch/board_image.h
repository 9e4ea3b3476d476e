/* board_image.h: what board.c sums over; inside the room only. */
#ifndef BIHUAN_WATCH_BOARD_IMAGE_H
#define BIHUAN_WATCH_BOARD_IMAGE_H

#include <pthread.h>

#include "watch/board.h"

/* Ids numbered in the order they are met: id <-> place. */
struct board_ids {
    int64_t *ids;   /* by place */
    int32_t *slots; /* open addressing: place + 1, 0: free */
    size_t n, room, slot_count;
};

struct board_block {      /* the findings of one source */
    int64_t source, head; /* head: newest event of its chain that is in here */
    struct board_row *rows;
    size_t n, room;
    bool is_stale;
};

struct board_unit {
    int32_t parent; /* place, -1 */
    int32_t order;  /* among all, as the tree is shown */
};

struct board_main { /* a finding that others are counted as */
    int64_t source, recovered_fen;
    int32_t unit, rules_made;
    uint8_t label;
    bool is_here; /* not withdrawn */
};

struct board_image {
    pthread_mutex_t lock;
    struct board_ids units, aspects, leaders, sources, mains;
    struct board_unit *tree;      /* by place of the unit */
    struct board_block *blocks;   /* by place of the source */
    struct board_main *main_rows; /* by place of the main finding */
    size_t tree_room, block_room, main_room;
    int64_t head, newest; /* of chain 0; of all */
};

/* Brings the image up to the transaction of db; the lock is held. */
enum rc board_image_refresh(struct ctx *ctx, struct db *db, struct board_image *image) MUST_CHECK;
/* Place of an id, -1 when it was never met. */
int32_t board_ids_find(const struct board_ids *ids, int64_t id);

/* A leader's id and kind travel as one number. */
enum { BOARD_LEADER_KINDS = 4 };
int64_t board_leader_pack(struct str kind, int64_t id);
struct str board_leader_kind(int64_t packed);
int64_t board_leader_id(int64_t packed);

#endif
