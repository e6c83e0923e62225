/* The table of commands: what each one's options set lies in its state, and nothing limits how many there are. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "src/cli/commands.h"
#include "src/cli/settings.h"

static size_t size_of (enum option_kind kind)
{
    static const size_t sizes[] = { [OPTION_FLAG] = sizeof (bool),
                                    [OPTION_TEXT] = sizeof (const char *),
                                    [OPTION_LIST] = sizeof (struct string_list),
                                    [OPTION_NUMBER] = sizeof (long) };
    return sizes[kind];
}

static void check_names (const struct command *command, const struct option_target *targets)
{
    for (const struct option_target *one = targets; one->specs; one++)
        for (const struct option_spec *spec = one->specs; spec->name; spec++)
            for (const struct option_target *two = targets; two->specs; two++)
                for (const struct option_spec *other = two->specs; other->name; other++)
                    if (other != spec
                        && (strcmp (other->name, spec->name) == 0 || (spec->letter && other->letter == spec->letter)))
                        fail_msg ("%s: --%s and --%s cannot be told apart", command->name, spec->name, other->name);
}

static void check_command (const struct command *command)
{
    struct common_options common = { .json = false };
    void *state = calloc (1, command->state_size + 1);
    AUTOFREE struct option_target *targets = commands_option_targets (command, state, &common);
    for (const struct option_target *target = targets; target->specs; target++) {
        bool is_common = target->base == &common;
        size_t offset = is_common ? 0 : (size_t)((char *)target->base - (char *)state);
        size_t room = is_common ? sizeof (common) : command->state_size;
        for (const struct option_spec *spec = target->specs; spec->name; spec++)
            if (offset + spec->offset + size_of (spec->kind) > room)
                fail_msg ("%s: --%s is stored outside the state of the command", command->name, spec->name);
    }
    check_names (command, targets);
    free (state);
    for (const struct command *const *sub = command->subcommands; sub && *sub; sub++)
        check_command (*sub);
}

static void options_of_every_command_fit_its_state (void **state)
{
    (void)state;
    for (const struct command *const *command = commands_all (); *command; command++)
        check_command (*command);
}

static void a_command_may_have_any_number_of_groups (void **state)
{
    (void)state;
    enum { GROUPS = 100 };
    static const struct option_spec specs[] = {
        { "flag", 0, OPTION_FLAG, 0, NULL, "a flag", COMPLETE_NOTHING },
        { .name = NULL },
    };
    struct option_group groups[GROUPS + 1] = { { .specs = NULL } };
    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = (struct option_group){ specs, i };
    bool flags[GROUPS];
    const struct command command = { .name = "many", .groups = groups, .state_size = sizeof (flags), .accepts = ~0U };
    struct common_options common = { .json = false };
    AUTOFREE struct option_target *targets = commands_option_targets (&command, flags, &common);
    size_t own = 0, shared = 0;
    for (const struct option_target *target = targets; target->specs; target++)
        if (target->base == &common)
            shared++;
        else
            assert_ptr_equal (target->base, &flags[own++]);
    assert_int_equal (own, GROUPS);
    assert_true (shared > 5); /* the common table and each accepted option */
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (options_of_every_command_fit_its_state),
        cmocka_unit_test (a_command_may_have_any_number_of_groups),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
