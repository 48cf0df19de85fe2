package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.ConnectionRules.Http2;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.testing.Blackhole;
import dev.echelon.testing.Certificates;
import dev.echelon.testing.FakeNameServer;
import dev.echelon.testing.FakeProvider;
import io.vertx.core.Vertx;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Why no connection comes about is told, to callers without saying where the provider is. */
class CallFailuresTest {

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(CallFailures.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    @Test
    void nobodyListens() throws Exception {
        int port = FakeProvider.refusedPort();

        assertTold(
                FailureKind.NETWORK_ERROR, "the connection to up failed: it was refused", "http://127.0.0.1:" + port);
        assertLogged("ConnectException");
    }

    @Test
    void thereIsNoSuchName() throws Exception {
        assertTold(
                FailureKind.NETWORK_ERROR,
                "the connection to up failed: its name was not found",
                "http://nobody.internal.test");
        assertLogged("DnsErrorCauseException");
    }

    @Test
    void theNameServerIsSilent() throws Exception {
        assertTold(
                FailureKind.NETWORK_ERROR,
                "the connection to up failed: no name server answered",
                "http://silent.internal.test");
        assertLogged("DnsNameResolverTimeoutException");
    }

    @Test
    void theCertificateIsNotTrusted() throws Exception {
        X509KeyManager keys = (X509KeyManager) new Certificates("nobody's authority")
                .server(new byte[] {127, 0, 0, 1}, -60, 3_600)
                .getKeyManagers()[0];
        Vertx vertx = Vertx.vertx();
        try {
            int port = vertx.createHttpServer(
                            new HttpServerOptions().setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(keys)))
                    .requestHandler(request -> {})
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS)
                    .actualPort();

            assertTold(
                    FailureKind.NETWORK_ERROR,
                    "the connection to up failed: the TLS handshake failed",
                    "https://127.0.0.1:" + port);
            assertLogged("SunCertPathBuilderException");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoTalksNoTlsFailsTheHandshake() throws Exception {
        FakeProvider plain = FakeProvider.start();
        try {
            assertTold(
                    FailureKind.NETWORK_ERROR,
                    "the connection to up failed: the TLS handshake failed",
                    plain.baseUrl().replace("http://", "https://"));
        } finally {
            plain.close();
        }
    }

    @Test
    void connectingTakesTooLong() throws Exception {
        try (Blackhole hole = new Blackhole()) {
            assertTold(FailureKind.TIMEOUT, "no connection within 500 ms", "http://127.0.0.1:" + hole.port());
            assertLogged("Connect");
        }
    }

    @Test
    void theHandshakeTakesTooLong() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertTold(
                    FailureKind.TIMEOUT, "no TLS handshake within 500 ms", "https://127.0.0.1:" + mute.getLocalPort());
            assertLogged("SslHandshakeTimeoutException");
        }
    }

    /** Also that neither message nor log names host, address or port. */
    private void assertTold(FailureKind kind, String message, String url) throws Exception {
        boolean late = kind == FailureKind.TIMEOUT;
        ConnectionRules rules = new ConnectionRules(
                Duration.ofMillis(late ? 500 : 15_000),
                1,
                Http2.NEVER,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                true);
        try (FakeNameServer names = new FakeNameServer();
                Calls calls = new Calls(
                        url,
                        rules,
                        new AddressResolverOptions()
                                .addServer("127.0.0.1:" + names.address().getPort())
                                .setQueryTimeout(url.contains("silent") ? 200 : 5_000)
                                .setMaxQueries(2))) {
            ModelFailure failure =
                    Objects.requireNonNull(calls.plain("hello").await().failure());

            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.message()).isEqualTo(message);
            assertThat(log.list).singleElement().satisfies(line -> assertThat(line.getFormattedMessage())
                    .startsWith("up:m is not reached: " + message + " (")
                    .doesNotContain("127.0.0.1", "localhost", "internal", url.substring(url.lastIndexOf(':') + 1)));
        }
    }

    private void assertLogged(String cause) {
        assertThat(log.list).singleElement().satisfies(line -> assertThat(line.getFormattedMessage())
                .contains(cause));
    }
}
