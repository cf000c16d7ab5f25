/* stop_signal: every form that Docker takes. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/stop_signal.h"

static void names_and_numbers_are_signals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        Cri__Signal signal;
    } cases[] = {
        {"", CRI__SIGNAL__SIGNAL_SIGTERM},
        {"SIGTERM", CRI__SIGNAL__SIGNAL_SIGTERM},
        {"TERM", CRI__SIGNAL__SIGNAL_SIGTERM},
        {"sigterm", CRI__SIGNAL__SIGNAL_SIGTERM},
        {"15", CRI__SIGNAL__SIGNAL_SIGTERM},
        {"SIGUSR1", CRI__SIGNAL__SIGNAL_SIGUSR1},
        {"1", CRI__SIGNAL__SIGNAL_SIGHUP},
        {"9", CRI__SIGNAL__SIGNAL_SIGKILL},
        {"17", CRI__SIGNAL__SIGNAL_SIGCHLD},
        {"31", CRI__SIGNAL__SIGNAL_SIGSYS},
        {"SIGWINCH", CRI__SIGNAL__SIGNAL_SIGWINCH},
        {"SIGRTMIN", CRI__SIGNAL__SIGNAL_SIGRTMIN},
        {"34", CRI__SIGNAL__SIGNAL_SIGRTMIN},
        {"SIGRTMIN+3", CRI__SIGNAL__SIGNAL_SIGRTMINPLUS3},
        {"RTMIN+3", CRI__SIGNAL__SIGNAL_SIGRTMINPLUS3},
        {"37", CRI__SIGNAL__SIGNAL_SIGRTMINPLUS3},
        {"49", CRI__SIGNAL__SIGNAL_SIGRTMINPLUS15},
        {"50", CRI__SIGNAL__SIGNAL_SIGRTMAXMINUS14},
        {"SIGRTMAX-14", CRI__SIGNAL__SIGNAL_SIGRTMAXMINUS14},
        {"64", CRI__SIGNAL__SIGNAL_SIGRTMAX},
        {"SIGRTMAX", CRI__SIGNAL__SIGNAL_SIGRTMAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (translate_stop_signal(cases[i].text) != cases[i].signal)
            fail_msg("\"%s\" is %d", cases[i].text, translate_stop_signal(cases[i].text));
}

static void what_is_no_signal_is_the_default(void **state)
{
    (void)state;
    static const char *const texts[] = {"SIG",
                                        "SIGNONSENSE",
                                        "0",
                                        "-1",
                                        "32",
                                        "33",
                                        "65",
                                        "99999999999999999999",
                                        "15x",
                                        " ",
                                        "SIGRTMIN+99",
                                        "SIG\xff",
                                        "SIGTERMSIGTERMSIGTERMSIGTERMSIGTERM",
                                        "+++++++++++++++"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (translate_stop_signal(texts[i]) != CRI__SIGNAL__SIGNAL_RUNTIME_DEFAULT)
            fail_msg("\"%s\" is %d", texts[i], translate_stop_signal(texts[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_numbers_are_signals),
        cmocka_unit_test(what_is_no_signal_is_the_default),
    };
    return cmocka_run_group_tests_name("stop_signal", tests, NULL, NULL);
}
