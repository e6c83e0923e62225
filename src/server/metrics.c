/* What is counted of a server's work. */
#include "src/server/metrics.h"

#include <inttypes.h>
#include <stddef.h>

#include "src/server/routes.h"

void metrics_request (struct metrics *metrics, const struct route *route, int status)
{
    size_t count;
    const struct route *first = routes_all (&count);
    size_t index = route ? (size_t)(route - first) : METRICS_ROUTES_MAX;
    int hundreds = status >= 100 && status < 600 ? status / 100 : 0;
    atomic_fetch_add (&metrics->requests[index][hundreds], 1);
}

void metrics_sign_in (struct metrics *metrics, enum error_code outcome)
{
    atomic_fetch_add (&metrics->sign_ins[outcome], 1);
}

static void write_requests (struct metrics *metrics, const char *method, const char *path, size_t index,
                            struct buffer *out)
{
    for (int hundreds = 0; hundreds < 6; hundreds++) {
        uint64_t count = atomic_load (&metrics->requests[index][hundreds]);
        if (count > 0)
            buffer_printf (out, "dpat_requests_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} %" PRIu64 "\n", method,
                           path, hundreds, count);
    }
}

void metrics_write (struct metrics *metrics, const struct token_counts *tokens, struct buffer *out)
{
    size_t count;
    const struct route *routes = routes_all (&count);
    buffer_puts (out, "# HELP dpat_requests_total Requests answered.\n# TYPE dpat_requests_total counter\n");
    for (size_t i = 0; i < count; i++)
        write_requests (metrics, routes[i].method, routes[i].path, i, out);
    write_requests (metrics, "", "", METRICS_ROUTES_MAX, out);
    buffer_puts (out, "# HELP dpat_sign_ins_total Sign-ins by outcome.\n# TYPE dpat_sign_ins_total counter\n");
    for (enum error_code code = ERROR_NONE; code < ERROR_CODE_COUNT; code++) {
        uint64_t number = atomic_load (&metrics->sign_ins[code]);
        if (number > 0 || code == ERROR_NONE)
            buffer_printf (out, "dpat_sign_ins_total{outcome=\"%s\"} %" PRIu64 "\n",
                           code == ERROR_NONE ? "ok" : error_kind (code)->name, number);
    }
    buffer_puts (out, "# HELP dpat_tokens Tokens by state.\n# TYPE dpat_tokens gauge\n");
    buffer_printf (out, "dpat_tokens{state=\"active\"} %zu\n", tokens->active);
    buffer_printf (out, "dpat_tokens{state=\"inactive\"} %zu\n", tokens->inactive);
    buffer_printf (out, "dpat_tokens{state=\"expired\"} %zu\n", tokens->expired);
}
