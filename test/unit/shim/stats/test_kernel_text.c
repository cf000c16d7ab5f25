/* kernel_text: the texts of cgroup files and /proc, and what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/stats/kernel_text.h"

static void is_value(struct figure figure, uint64_t value)
{
    assert_true(figure.known);
    assert_int_equal(figure.value, value);
}

static void numbers_and_no_limits(void **state)
{
    (void)state;
    is_value(kernel_number("4096\n"), 4096);
    is_value(kernel_number("0\n"), 0);
    assert_false(kernel_number("max\n").known);
    assert_false(kernel_number("-1\n").known);
    assert_false(kernel_number("9223372036854771712\n").known);
    assert_false(kernel_number("18446744073709551615\n").known);
    assert_false(kernel_number("").known);
}

static void field_is_a_whole_key(void **state)
{
    (void)state;
    static const char text[] = "pgfaults 1\ntotal_pgfault 2\npgfault 3\npgmajfault 4";
    is_value(kernel_field(text, "pgfault"), 3);
    is_value(kernel_field(text, "pgmajfault"), 4);
    assert_false(kernel_field(text, "fault").known);
    assert_false(kernel_field("", "pgfault").known);
}

static void words_of_the_first_line(void **state)
{
    (void)state;
    assert_false(kernel_word("max 100000\n", 0).known);
    is_value(kernel_word("max 100000\n", 1), 100000);
    is_value(kernel_word("50000 100000\n", 0), 50000);
    assert_false(kernel_word("50000\n100000\n", 1).known);
}

static void pressure_with_and_without_full(void **state)
{
    (void)state;
    struct pressure pressure =
        kernel_pressure("some avg10=1.25 avg60=2.50 avg300=0.05 total=123456789012\n"
                        "full avg10=0.00 avg60=0.10 avg300=0.00 total=77\n");
    assert_true(pressure.known);
    assert_true(pressure.some.avg10 == 1.25);
    assert_true(pressure.some.avg60 == 2.5);
    assert_true(pressure.some.avg300 == 0.05);
    assert_int_equal(pressure.some.total_us, 123456789012);
    assert_true(pressure.full.avg60 == 0.1);
    assert_int_equal(pressure.full.total_us, 77);
    pressure = kernel_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
    assert_true(pressure.known);
    assert_int_equal(pressure.full.total_us, 0);
    assert_false(kernel_pressure("").known);
    assert_false(kernel_pressure("some avg10=x\n").known);
}

static void devices_of_version_1(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct device_io *devices;
    size_t count = kernel_blkio(arena, "8:0 Read 100\n8:0 Write 200\n8:0 Sync 300\nTotal 300\n",
                                "253:1 Write 9\n8:0 Read 1\n8:0 Write 2\nTotal 3\n", &devices);
    assert_int_equal(count, 2);
    assert_int_equal(devices[0].major, 8);
    assert_int_equal(devices[0].minor, 0);
    assert_int_equal(devices[0].read_bytes, 100);
    assert_int_equal(devices[0].written_bytes, 200);
    assert_int_equal(devices[0].reads, 1);
    assert_int_equal(devices[0].writes, 2);
    assert_int_equal(devices[1].major, 253);
    assert_int_equal(devices[1].writes, 9);
    assert_int_equal(kernel_blkio(arena, "Total 0\n", "Total 0\n", &devices), 0);
    arena_destroy(arena);
}

static void devices_of_version_2(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct device_io *devices;
    size_t count = kernel_io_stat(arena,
                                  "7:0 \n8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"
                                  "nonsense\n",
                                  &devices);
    assert_int_equal(count, 1);
    assert_int_equal(devices[0].major, 8);
    assert_int_equal(devices[0].minor, 16);
    assert_int_equal(devices[0].read_bytes, 1);
    assert_int_equal(devices[0].written_bytes, 2);
    assert_int_equal(devices[0].reads, 3);
    assert_int_equal(devices[0].writes, 4);
    arena_destroy(arena);
}

static void interfaces_without_loopback(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct interface_io *interfaces;
    size_t count = kernel_net_dev(arena,
                                  "Inter-|   Receive      |  Transmit\n"
                                  " face |bytes packets    |bytes\n"
                                  "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n"
                                  "eth0.5:11 12 13 14 0 0 0 0 21 22 23 24 0 0 0 0\n"
                                  "  cut0: 1 2 3\n",
                                  &interfaces);
    assert_int_equal(count, 1);
    assert_string_equal(interfaces[0].name, "eth0.5");
    assert_int_equal(interfaces[0].rx_bytes, 11);
    assert_int_equal(interfaces[0].rx_packets, 12);
    assert_int_equal(interfaces[0].rx_errors, 13);
    assert_int_equal(interfaces[0].rx_dropped, 14);
    assert_int_equal(interfaces[0].tx_bytes, 21);
    assert_int_equal(interfaces[0].tx_packets, 22);
    assert_int_equal(interfaces[0].tx_errors, 23);
    assert_int_equal(interfaces[0].tx_dropped, 24);
    arena_destroy(arena);
}

static void soft_limit_of_a_process(void **state)
{
    (void)state;
    static const char text[] = "Limit            Soft Limit  Hard Limit  Units\n"
                               "Max open files   1024        524288      files\n"
                               "Max processes    unlimited   unlimited   processes\n";
    is_value(kernel_soft_limit(text, "Max open files"), 1024);
    assert_false(kernel_soft_limit(text, "Max processes").known);
    assert_false(kernel_soft_limit(text, "Max open").known);
}

static void upper_directory_of_the_root(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    static const char text[] =
        "700 600 0:60 / /data rw - overlay overlay rw,lowerdir=/l,upperdir=/other,workdir=/w\n"
        "690 600 0:61 / / rw,relatime master:1 - overlay overlay "
        "rw,lowerdir=/a:/b,upperdir=/store/snapshots/7/fs,workdir=/store/snapshots/7/work\n"
        "701 690 0:62 / /proc rw - proc proc rw\n";
    assert_string_equal(kernel_upper_directory(arena, text), "/store/snapshots/7/fs");
    assert_null(kernel_upper_directory(arena, "690 1 8:1 / / rw - ext4 /dev/sda1 rw\n"));
    assert_null(kernel_upper_directory(
        arena, "690 1 0:6 / / rw - overlay overlay rw,upperdir=/a\\040b,workdir=/w\n"));
    assert_null(kernel_upper_directory(arena, ""));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_no_limits),
        cmocka_unit_test(field_is_a_whole_key),
        cmocka_unit_test(words_of_the_first_line),
        cmocka_unit_test(pressure_with_and_without_full),
        cmocka_unit_test(devices_of_version_1),
        cmocka_unit_test(devices_of_version_2),
        cmocka_unit_test(interfaces_without_loopback),
        cmocka_unit_test(soft_limit_of_a_process),
        cmocka_unit_test(upper_directory_of_the_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
