package dev.echelon.testing;

import dev.echelon.cli.Echelon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code echelon dev-kafka} as a process of its own, that can be stopped or killed and started again with the same data and
 * on the same port. Has the topics of the gateway, four partitions each. Ends with {@link #close}.
 */
public final class BrokerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(90);
    private static final int MOST_TRIES = 3;
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final String READY = "READY ";

    private final Path folder;
    private final List<String> topics;
    private final int port;
    private int starts;
    private Process process;

    private BrokerProcess(Path folder, List<String> topics) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.topics = topics;
        this.port = Ports.free();
        this.process = launch();
    }

    /**
     * Starts one, and waits until it takes clients.
     *
     * @param folder for its data and its logs
     * @param topics beside those of the gateway
     */
    public static BrokerProcess start(Path folder, String... topics) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            BrokerProcess broker = new BrokerProcess(folder, List.of(topics));
            try {
                broker.awaitReady();
                return broker;
            } catch (AssertionError e) {
                // it listens a second after the port was found free
                if (tries == MOST_TRIES || !broker.log().contains("Address already in use")) {
                    throw e;
                }
            }
        }
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Where it stores what it is told. */
    public Path data() {
        return folder.resolve("data");
    }

    /** SIGTERM; its exit status, once it has ended. */
    public int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + STOP + ":\n" + log());
        }
        return process.exitValue();
    }

    /** SIGKILL, and waits until it is dead. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again, after {@link #stop} or {@link #kill}, and waits until it takes clients. */
    public void startAgain() throws IOException, InterruptedException {
        process = launch();
        awaitReady();
    }

    /** What it has said since its last start. */
    public String log() throws IOException {
        return Files.readString(logFile(), StandardCharsets.UTF_8);
    }

    private Path logFile() {
        return folder.resolve("broker-" + starts + ".log");
    }

    private Process launch() throws IOException {
        starts++;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Echelon.class.getName(), "dev-kafka"));
        command.addAll(List.of("--port=" + port, "--data=" + data()));
        topics.forEach(topic -> command.add("--topic=" + topic));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(logFile().toFile())
                .start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        while (!log().contains(READY)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new AssertionError("not ready:\n" + log());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
