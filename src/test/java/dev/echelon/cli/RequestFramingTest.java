package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that two servers could take for different requests: the probes that the Netty of Camel 4.18.0 fails. */
class RequestFramingTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String GET_MODELS = "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n";

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

    @BeforeEach
    void forget() {
        provider.reset();
    }

    @Test
    void requestOfTwoLengthsIsNotTwoRequests() throws Exception {
        String body = ApiClient.body("up:m");
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n";
        assertNoSecondAnswer(head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n" + GET_MODELS);
        assertNoSecondAnswer(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}" + GET_MODELS);
        assertNoSecondAnswer(head + "Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}" + GET_MODELS);
    }

    @Test
    void oldProtocolWithChunksAndLengthIsNotTwoRequests() throws Exception {
        assertNoSecondAnswer("POST " + CHAT + " HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nContent-Length: 2\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET_MODELS);
    }

    @Test
    void quotedChunkExtensionIsNotTwoRequests() throws Exception {
        assertNoSecondAnswer(
                "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"\r\nX\r\n0"
                        + "\r\n\r\n" + GET_MODELS + "\"\r\nY\r\n0\r\n\r\n");
    }

    @Test
    void chunkSizeBeyondAnIntegerIsNotCut() throws Exception {
        assertNoSecondAnswer(
                "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000003\r\n{ }"
                        + "\r\n0\r\n\r\n" + GET_MODELS);
    }

    @Test
    void offerOfAnotherProtocolIsNotTaken() throws Exception {
        String offer =
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA";
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            assertThat(connection
                            .send(RawHttp.post(CHAT, ApiClient.body("g"), offer))
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            String answer = connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").everything();

            assertThat(answer).doesNotContain(" 200 ").doesNotContain("HTTP/1.1 5");
        }
    }

    /** The rest of the bytes must not be read as a request of their own. */
    private static void assertNoSecondAnswer(String bytes) throws Exception {
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            String answers = connection.send(bytes).everything();

            assertThat(answers).doesNotContain("\"object\":\"list\"").doesNotContain("HTTP/1.1 5");
            assertThat(answers.split("HTTP/1\\.[01] ", -1)).hasSizeLessThanOrEqualTo(2);
            assertThat(connection.closedByServer()).isTrue();
        }
        assertThat(provider.count()).isZero();
    }
}
