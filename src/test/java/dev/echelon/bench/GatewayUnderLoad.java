package dev.echelon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The packaged gateway as a process of its own, started by {@code bin/echelon} and ended by its id. */
final class GatewayUnderLoad implements AutoCloseable {

    private static final int CLOCK_TICKS = 100;

    private final Process process;

    GatewayUnderLoad(Path configs, int port, int managementPort, String javaOptions) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                "bin/echelon",
                "serve",
                "--configs",
                configs.toString(),
                "--routes",
                "routes",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--management-port",
                Integer.toString(managementPort));
        builder.environment().put("ECHELON_JAVA_OPTS", javaOptions);
        builder.redirectErrorStream(true)
                .redirectOutput(configs.resolve("gateway.log").toFile());
        process = builder.start();
        awaitReady(port);
    }

    private void awaitReady(int port) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            try {
                HttpURLConnection probe = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/v1/models")
                        .toURL()
                        .openConnection();
                if (probe.getResponseCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        close();
        throw new IllegalStateException("the gateway did not start; see gateway.log beside its configuration");
    }

    /** CPU seconds the process has used. */
    double cpuSeconds() {
        String stat = read("stat");
        List<String> fields = Pattern.compile(" ")
                .splitAsStream(stat.substring(stat.lastIndexOf(')') + 2))
                .toList();
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / (double) CLOCK_TICKS;
    }

    int threads() {
        return (int) status("Threads:");
    }

    long rssMegabytes() {
        return status("VmRSS:") / 1024;
    }

    /** The most memory it ever had. */
    long peakRssMegabytes() {
        return status("VmHWM:") / 1024;
    }

    private long status(String key) {
        try (Stream<String> lines = read("status").lines()) {
            List<String> fields = lines.filter(line -> line.startsWith(key)).toList();
            return Long.parseLong(fields.get(0).replaceAll("[^0-9]", ""));
        }
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
