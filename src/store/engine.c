/* The wrappers around an engine's operations. */
#include "src/store/engine.h"

int engine_begin_reading (struct engine *engine, struct error *err)
{
    return engine->ops->begin_reading (engine, err);
}

int engine_begin (struct engine *engine, struct error *err)
{
    return engine->ops->begin (engine, err);
}

int engine_commit (struct engine *engine, struct error *err)
{
    return engine->ops->commit (engine, err);
}

void engine_rollback (struct engine *engine)
{
    engine->ops->rollback (engine);
}

int engine_run (struct engine *engine, const char *sql, const struct value *values, size_t count, row_function *row,
                void *context, int64_t *ret_changed, struct error *err)
{
    return engine->ops->run (engine, sql, values, count, row, context, ret_changed, err);
}

void engine_free (struct engine *engine)
{
    if (engine)
        engine->ops->free (engine);
}
