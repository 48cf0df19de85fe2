package dev.echelon.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM tells of its threads. It has to be of the same user. */
final class ThreadDump {

    private static final Pattern ALLOCATED = Pattern.compile(" allocated=(\\d+)([BKMG]) ");

    private ThreadDump() {}

    /** How much the threads that live have allocated, to about a megabyte. */
    static double allocatedBytes(long pid) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Jdk.own().home().resolve("bin/jcmd").toString(), Long.toString(pid), "Thread.print", "-e")
                .redirectErrorStream(true)
                .start();
        String threads = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher allocated = ALLOCATED.matcher(threads);
        return allocated.results().mapToDouble(ThreadDump::bytes).sum();
    }

    private static double bytes(MatchResult allocated) {
        long unit =
                switch (allocated.group(2)) {
                    case "K" -> 1L << 10;
                    case "M" -> 1L << 20;
                    case "G" -> 1L << 30;
                    default -> 1;
                };
        return Long.parseLong(allocated.group(1)) * (double) unit;
    }
}
