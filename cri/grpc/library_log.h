/* libgrpc's own log lines among ours: its errors are warnings here, the rest is for debugging. */
#ifndef CRI_GRPC_LIBRARY_LOG_H
#define CRI_GRPC_LIBRARY_LOG_H

/* For the whole process. Called before libgrpc is initialised. */
void library_log_install(void);

#endif
