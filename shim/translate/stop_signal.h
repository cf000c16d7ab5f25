/* Docker's names of signals -> CRI's. */
#ifndef SHIM_TRANSLATE_STOP_SIGNAL_H
#define SHIM_TRANSLATE_STOP_SIGNAL_H

#include "proto/api.pb-c.h"

/* From what Docker takes as STOPSIGNAL: "SIGTERM", "TERM", "15", "SIGRTMIN+3"; "" is SIGTERM, as
 * for Docker. SIGNAL_RUNTIME_DEFAULT for what is no signal. */
Cri__Signal translate_stop_signal(const char *text);

#endif
