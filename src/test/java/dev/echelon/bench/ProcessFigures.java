package dev.echelon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/** What the kernel counts of a process and of its children, which are nginx's workers. Linux only. */
final class ProcessFigures {

    private static final double TICKS_A_SECOND = 100;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    private final long pid;
    private final boolean withChildren;

    private ProcessFigures(long pid, boolean withChildren) {
        this.pid = pid;
        this.withChildren = withChildren;
    }

    static ProcessFigures withChildren(long pid) {
        return new ProcessFigures(pid, true);
    }

    /** Of this process, without those that it started. */
    static ProcessFigures own() {
        return new ProcessFigures(ProcessHandle.current().pid(), false);
    }

    /** Seconds of CPU, in user and in system mode. */
    double cpuSeconds() {
        return sum(ProcessFigures::cpuSeconds);
    }

    /** Memory that is resident now, MB. */
    double residentMegabytes() {
        return sum(member -> status(member, "VmRSS:") / 1024);
    }

    /** The most memory that ever was, MB. */
    double peakMegabytes() {
        return sum(member -> status(member, "VmHWM:") / 1024);
    }

    private double sum(ToDoubleFunction<Long> figure) {
        return members().stream().mapToDouble(figure).sum();
    }

    private List<Long> members() {
        List<Long> members = new ArrayList<>();
        members.add(pid);
        if (withChildren) {
            ProcessHandle.of(pid).ifPresent(parent -> parent.children().forEach(child -> members.add(child.pid())));
        }
        return members;
    }

    private static double cpuSeconds(long pid) {
        String stat = read(pid, "stat");
        // the name before it may hold anything
        List<String> fields = Pattern.compile(" ")
                .splitAsStream(stat.substring(stat.lastIndexOf(')') + 2))
                .toList();
        return (Long.parseLong(fields.get(USER_TIME)) + Long.parseLong(fields.get(SYSTEM_TIME))) / TICKS_A_SECOND;
    }

    private static double status(long pid, String key) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(key))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
