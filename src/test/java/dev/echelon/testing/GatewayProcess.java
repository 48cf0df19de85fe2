package dev.echelon.testing;

import dev.echelon.cli.Echelon;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code echelon serve} as a process of its own, on free ports of loopback. Ends with {@link #close}. */
public final class GatewayProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final int managementPort;
    private final File log;

    /**
     * Starts it, and waits until it is ready.
     *
     * @param folder for its log
     * @param jvm options of the JVM: {@code -Xmx256m}
     * @param arguments of {@code serve}, without ports
     */
    public GatewayProcess(Path folder, List<String> jvm, String... arguments) throws IOException, InterruptedException {
        this(folder, jvm, List.of(arguments));
        awaitReady();
    }

    private GatewayProcess(Path folder, List<String> jvm, List<String> arguments) throws IOException {
        List<Integer> ports = Ports.free(2);
        port = ports.get(0);
        managementPort = ports.get(1);
        log = folder.resolve("gateway-" + port + ".log").toFile();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Echelon.class.getName(), "serve"));
        command.addAll(List.of("--host=127.0.0.1", "--port=" + port, "--management-port=" + managementPort));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    /** Starts it and does not wait: it may end before it is ready. */
    public static GatewayProcess launch(Path folder, List<String> jvm, String... arguments) throws IOException {
        return new GatewayProcess(folder, jvm, List.of(arguments));
    }

    public int port() {
        return port;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public URI managementUrl() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL, and waits until it is dead. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The exit status, once it has ended. */
    public int awaitExit(Duration atMost) throws IOException, InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + atMost + ":\n" + log());
        }
        return process.exitValue();
    }

    /** Whether it says that it is ready for requests. */
    public boolean isReady() throws IOException {
        try (RawHttp health = RawHttp.to(managementPort)) {
            return health.send("GET /observe/health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .answer()
                            .status()
                    == 200;
        } catch (ConnectException notYet) {
            return false;
        }
    }

    public String log() throws IOException {
        return Files.readString(log.toPath(), StandardCharsets.UTF_8);
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new AssertionError("not ready:\n" + log());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
