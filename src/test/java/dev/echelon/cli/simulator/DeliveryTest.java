package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveryTest {

    private static final int MANY = 1_000_000;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger taken = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void framesComeOneByOne() throws Exception {
        long start = System.nanoTime();
        try (Socket caller = callerOf(delivery -> delivery.stream(new Counted("x\n", 3), Duration.ofMillis(20)))) {
            String answer = new String(readUntil(caller, "0\r\n\r\n"), StandardCharsets.UTF_8);

            assertThat(answer).contains("2\r\nx\n\r\n2\r\nx\n\r\n2\r\nx\n\r\n");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(35));
        }
    }

    @Test
    void nothingIsWrittenOnceTheCallerIsGone() throws Exception {
        try (Socket caller = callerOf(delivery -> delivery.stream(new Counted("x\n", MANY), Duration.ofMillis(1)))) {
            readUntil(caller, "x\n");
        }

        await().atMost(Duration.ofSeconds(5)).until(this::standsStill);
    }

    @Test
    void aWaitEndsWithItsCaller() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        AtomicBoolean gone = new AtomicBoolean();
        try (Socket caller = callerOf(delivery -> {
            delivery.after(Duration.ofMillis(500), () -> ran.set(true));
            gone.set(true);
        })) {
            await().untilTrue(gone);
            assertThat(caller.isConnected()).isTrue();
        }

        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(2)).untilFalse(ran);
    }

    @Test
    void aCallerWhoDoesNotReadIsNotWrittenTo() throws Exception {
        String frame = "x".repeat(10_000);
        try (Socket caller = callerOf(delivery -> delivery.stream(new Counted(frame, MANY), Duration.ZERO))) {
            await().atMost(Duration.ofSeconds(5)).until(() -> taken.get() > 0 && standsStill());

            assertThat(taken.get()).isLessThan(10_000);
            assertThat(caller.isConnected()).isTrue();
        }
    }

    private boolean standsStill() {
        int before = taken.get();
        await().pollDelay(Duration.ofMillis(40)).until(() -> true);
        return taken.get() == before;
    }

    private Socket callerOf(Consumer<Delivery> answer) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> answer.accept(new Delivery(vertx, request.response())))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        Socket caller = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
        caller.setSoTimeout(5_000);
        caller.getOutputStream().write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return caller;
    }

    private static byte[] readUntil(Socket caller, String end) throws IOException {
        InputStream in = caller.getInputStream();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after: " + read.toString(StandardCharsets.UTF_8));
            }
            read.write(next);
        }
        return read.toByteArray();
    }

    /** The same frame many times, counting how often it was taken. */
    private final class Counted extends AbstractList<String> {

        private final String frame;
        private final int size;

        Counted(String frame, int size) {
            this.frame = frame;
            this.size = size;
        }

        @Override
        public String get(int index) {
            taken.incrementAndGet();
            return frame;
        }

        @Override
        public int size() {
            return size;
        }
    }
}
