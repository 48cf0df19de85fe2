package dev.echelon.cli;

import static dev.echelon.cli.BadInputTest.assertRefusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 10 MiB are taken, one byte more is not, and who sends it gets to read why. */
class BodyLimitTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final int LIMIT = 10 * 1024 * 1024;

    private static FakeProvider provider;
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.ofOneModel(configs, provider);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @Test
    void bodyOverTheLimitIsRefusedBeforeItIsSent() throws Exception {
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            connection.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + (LIMIT + 1) + "\r\n\r\n{");
            Answer answer = connection.answer();

            assertRefusal(answer, 413);
            assertThat(answer.saysClose()).isTrue();
        }
    }

    @Test
    void callerThatSendsOneByteTooManyGetsToReadTheRefusal() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                connection.send(RawHttp.post(CHAT, padded(LIMIT + 1)));

                assertRefusal(connection.answer(), 413);
                assertThat(connection.closedByServer()).isTrue();
            }
        }
    }

    @Test
    void callerThatSendsOneByteTooManyInChunksGetsToReadTheRefusal() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                connection.send(chunked(padded(LIMIT + 1)));

                assertRefusal(connection.answer(), 413);
                assertThat(connection.closedByServer()).isTrue();
            }
        }
    }

    @Test
    void bodyOfExactlyTheLimitIsTaken() throws Exception {
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            assertThat(connection
                            .send(RawHttp.post(CHAT, padded(LIMIT)))
                            .answer()
                            .status())
                    .isEqualTo(200);
            assertThat(connection.send(chunked(padded(LIMIT))).answer().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void callerThatWaitsForContinueIsToldTo() throws Exception {
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            byte[] body = ApiClient.body("g").getBytes(StandardCharsets.UTF_8);
            connection.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
                    + body.length + "\r\n\r\n");

            assertThat(connection.head().status()).isEqualTo(100);
            assertThat(connection.send(body).answer().status()).isEqualTo(200);
        }
    }

    private static byte[] padded(int length) {
        String body = ApiClient.body("g");
        return (body + " ".repeat(length - body.length())).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] chunked(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + 1000);
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        for (int from = 0; from < body.length; from += 1 << 20) {
            int length = Math.min(1 << 20, body.length - from);
            bytes.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            bytes.write(body, from, length);
            bytes.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        bytes.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }
}
