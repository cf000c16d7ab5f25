/*
 * The program of the built-in pause image: it holds a pod's namespaces by doing nothing, reaps the
 * orphans of a pod whose containers share its pid namespace, and ends on TERM and INT.
 *
 * The kernel never delivers a signal to pid 1 whose action is the default one, but it does queue
 * one that pid 1 has blocked. So the three signals are blocked and waited for, and there is no
 * handler. No libc: the image is a few KB, and four system calls are all that it takes.
 */
#include <asm/unistd.h>
#include <linux/signal.h>

#if defined(__x86_64__)
static long call4(long number, long a, long b, long c, long d)
{
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
static long call4(long number, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#elif defined(__riscv) && __riscv_xlen == 64
static long call4(long number, long a, long b, long c, long d)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3) : "memory");
    return a0;
}
#else
#error "pause has no system calls for this architecture yet: add call4()"
#endif

/* The kernel's own set of signals: one bit each, the first signal in the lowest. */
static unsigned long bit(int signal)
{
    return 1UL << (signal - 1);
}

void _start(void);

void _start(void)
{
    const unsigned long set = bit(SIGTERM) | bit(SIGINT) | bit(SIGCHLD);
    const int no_hang = 1; /* WNOHANG */
    call4(__NR_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, sizeof(set));
    for (;;) {
        /* Several children that die at once are one SIGCHLD. */
        while (call4(__NR_wait4, -1, 0, no_hang, 0) > 0)
            ;
        long signal = call4(__NR_rt_sigtimedwait, (long)&set, 0, 0, sizeof(set));
        if (signal == SIGTERM || signal == SIGINT)
            call4(__NR_exit_group, 0, 0, 0, 0);
    }
}
