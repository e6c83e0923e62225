/* One embedded service per thread that needs one at a time, for each is of one thread only. */
#ifndef DPAT_SERVER_POOL_H
#define DPAT_SERVER_POOL_H

#include "src/base/error.h"
#include "src/server/server.h"

struct pool;

/* Open count services as config says. Owned: pool_free. NULL with the errors of config's open. */
struct pool *pool_new (const struct server_config *config, struct usage *usage, unsigned count, struct error *err);

/* Close them all; none is lent. NULL is fine. */
void pool_free (struct pool *pool);

/* Borrow one, waiting until one is free; pool_return gives it back. */
struct embedded *pool_borrow (struct pool *pool);
void pool_return (struct pool *pool, struct embedded *embedded);

#endif
