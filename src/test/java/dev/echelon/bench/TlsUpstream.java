package dev.echelon.bench;

import dev.echelon.testing.Certificates;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;

/** The upstream over TLS, with HTTP/2 for those that ask for it. */
final class TlsUpstream extends AbstractVerticle {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int DAY = 86_400;
    private static final int STREAMS = 1_000;

    private final HttpServerOptions options;
    private final Buffer answer;
    private final long delayMillis;
    private final int addresses;
    private final List<Integer> ports;

    private TlsUpstream(
            HttpServerOptions options, Buffer answer, long delayMillis, int addresses, List<Integer> ports) {
        this.options = options;
        this.answer = answer;
        this.delayMillis = delayMillis;
        this.addresses = addresses;
        this.ports = ports;
    }

    /**
     * @param trustStore written anew
     * @return the ports
     */
    static List<Integer> listen(Behaviour behaviour, String answer, Path trustStore, int addresses) throws Exception {
        Certificates authority = new Certificates("bench");
        authority.writeTrustStore(trustStore);
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setSsl(true)
                .setUseAlpn(true)
                .setAcceptBacklog(16_384)
                .setTcpNoDelay(true)
                .setKeyCertOptions(KeyCertOptions.wrap(
                        (X509KeyManager) authority.server(LOOPBACK, -60, DAY).getKeyManagers()[0]));
        options.getInitialSettings().setMaxConcurrentStreams(STREAMS);
        int loops = Runtime.getRuntime().availableProcessors();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true));
        List<Integer> ports = new CopyOnWriteArrayList<>();
        // all of a deployment share the ports that their negative numbers stand for
        vertx.deployVerticle(
                        () -> new TlsUpstream(
                                options,
                                Buffer.buffer(answer),
                                behaviour.delay().toMillis(),
                                addresses,
                                ports),
                        new DeploymentOptions().setInstances(loops))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        return ports.stream().distinct().toList();
    }

    @Override
    public void start(Promise<Void> started) {
        List<Future<HttpServer>> servers = new ArrayList<>();
        for (int i = 1; i <= addresses; i++) {
            servers.add(vertx.createHttpServer(options)
                    .requestHandler(this::answer)
                    .listen(-i)
                    .onSuccess(server -> ports.add(server.actualPort())));
        }
        Future.all(servers).<Void>mapEmpty().onComplete(started);
    }

    private void answer(HttpServerRequest request) {
        request.response().putHeader("content-type", "application/json");
        if (request.method().equals(HttpMethod.GET)) {
            request.response().end("{\"object\":\"list\",\"data\":[]}");
            return;
        }
        request.endHandler(asked -> {
            if (delayMillis == 0) {
                request.response().end(answer);
            } else {
                vertx.setTimer(delayMillis, late -> request.response().end(answer));
            }
        });
    }
}
