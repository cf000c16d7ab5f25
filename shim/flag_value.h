/* The kinds of values that flags have: each checks its text and stores it. */
#ifndef SHIM_FLAG_VALUE_H
#define SHIM_FLAG_VALUE_H

#include "shim/flag_table.h"

flag_set_fn flag_set_text;
flag_set_fn flag_set_optional; /* a text; empty is NULL */
flag_set_fn flag_set_path;     /* absolute */
flag_set_fn flag_set_switch;   /* what Go's strconv.ParseBool takes */
flag_set_fn flag_set_number;   /* 0 and more */
flag_set_fn flag_set_duration; /* Go's "1m30s", "500ms", "0"; to nanoseconds */
flag_set_fn flag_set_log_level;
flag_set_fn flag_set_log_mode;
flag_set_fn flag_set_network_plugin;
flag_set_fn flag_set_hairpin_mode;
flag_set_fn flag_set_pod_cidr;
flag_set_fn flag_set_bind_address;    /* "", ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT */
flag_set_fn flag_set_cri_endpoint;    /* unix:///PATH, /PATH, fd:// */
flag_set_fn flag_set_docker_endpoint; /* unix:///PATH, /PATH, tcp://HOST:PORT; "" */
flag_set_fn flag_set_image;           /* a reference or an id; empty is NULL */
flag_set_fn flag_set_pinned_image;    /* one more pattern */

/* "1h15m30.5s" -> nanoseconds; false if it is no duration, negative, or beyond int64. */
bool flag_parse_duration(const char *text, int64_t *ret_ns);

#endif
