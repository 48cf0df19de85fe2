package dev.echelon.faults;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.RequestListener;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.Blackhole;
import dev.echelon.testing.Certificates;
import dev.echelon.testing.FakeNameServer;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import io.vertx.core.dns.AddressResolverOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** A gateway with a task group for every case, and upstreams at every {@link Place}. */
final class Wall implements AutoCloseable {

    private static final int PART = 150;
    private static final long DAY = 86_400;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] OTHER_HOST = {127, 0, 0, 2};

    private final Map<Place, FakeProvider> providers = new EnumMap<>(Place.class);
    private final FakeProvider elsewhere = FakeProvider.start();
    private final Blackhole blackhole = new Blackhole();
    private final ServerSocket mute = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
    private final FakeNameServer names = new FakeNameServer();
    private final Properties propertiesBefore =
            (Properties) System.getProperties().clone();
    private final Queue<RequestListener.Attempted> attempts = new ConcurrentLinkedQueue<>();
    private final List<Case> cases;
    private final List<Case> warmingUp;
    private final TestGateway gateway;
    private final Invariants invariants;

    /** @param part one of the {@link #parts}: a configuration may have only so many files */
    Wall(Path folder, int part) throws Exception {
        Certificates ours = new Certificates("trusted authority");
        Files.createDirectories(folder);
        Path trusted = folder.resolve("trusted.p12");
        ours.writeTrustStore(trusted);
        System.setProperty("javax.net.ssl.trustStore", trusted.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", new String(Certificates.PASSWORD));
        providers.put(Place.UP, FakeProvider.start());
        providers.put(Place.FRESH, FakeProvider.start());
        providers.put(Place.EXPIRED, FakeProvider.startTls(ours.server(LOOPBACK, -2 * DAY, -DAY)));
        providers.put(Place.WRONG_HOST, FakeProvider.startTls(ours.server(OTHER_HOST, -60, DAY)));
        providers.put(
                Place.UNTRUSTED,
                FakeProvider.startTls(new Certificates("strange authority").server(LOOPBACK, -60, DAY)));
        providers.put(Place.TLS, FakeProvider.startTls(ours.server(LOOPBACK, -60, DAY)));

        List<Case> all = all(elsewhere.baseUrl() + "/v1/chat/completions");
        this.cases = all.subList(part * PART, Math.min(all.size(), (part + 1) * PART));
        this.warmingUp = Case.all(List.of(Row.of("warm-up", "none").does(Behaviour.hello())))
                .toList();
        this.gateway = start(folder);
        gateway.gateway().addListener(new RequestListener() {
            @Override
            public void attempted(Attempted attempt) {
                attempts.add(attempt);
            }
        });
        List<FakeProvider> upstreams = new ArrayList<>(providers.values());
        upstreams.add(elsewhere);
        this.invariants = new Invariants(gateway, upstreams);
    }

    static int parts() {
        return (all("").size() + PART - 1) / PART;
    }

    private static List<Case> all(String forbidden) {
        List<Row> rows = new ArrayList<>(AnswerRows.all(forbidden));
        rows.addAll(ConnectionRows.all());
        rows.addAll(StreamRows.all());
        return Case.all(rows).toList();
    }

    private TestGateway start(Path folder) throws Exception {
        TestGateway.ConfigFiles files = TestGateway.in(folder)
                .file("wrappers/pool-wrappers.toml", GLOBAL)
                .file("wrappers/task-group-wrappers.toml", GLOBAL)
                .names(new AddressResolverOptions()
                        .addServer("127.0.0.1:" + names.address().getPort())
                        .setQueryTimeout(60)
                        .setMaxQueries(1));
        for (String dialect : List.of("openai", "anthropic")) {
            for (Place place : Place.values()) {
                files.file("providers/" + place.provider(dialect) + ".toml", provider(place, dialect));
            }
        }
        for (Case one : Stream.concat(cases.stream(), warmingUp.stream()).toList()) {
            files.file("task-groups/" + one.group() + ".toml", one.toml());
            for (String who : List.of("A", "B", "C")) {
                providers.values().forEach(it -> it.alwaysFor(one.model(who), one.behaviour(who)));
            }
        }
        return files.start();
    }

    private String provider(Place place, String dialect) {
        return """
                [provider]
                name = "%s"
                dialect = "%s"
                base_url = "%s/v1"
                api_key = "key-of-%s"
                connect_timeout = %s
                %s""".formatted(
                        place.provider(dialect),
                        dialect,
                        url(place),
                        place,
                        place == Place.BLACKHOLE || place == Place.MUTE ? 0.2 : 2,
                        place == Place.UP ? windows(dialect) : "");
    }

    private String url(Place place) {
        return switch (place) {
            case REFUSED -> "http://127.0.0.1:" + FakeProvider.refusedPort();
            case BLACKHOLE -> "http://127.0.0.1:" + blackhole.port();
            case MUTE -> "https://127.0.0.1:" + mute.getLocalPort();
            case UNKNOWN_NAME -> "http://nowhere.invalid";
            case SILENT_NAME -> "http://silent.invalid";
            default -> provider(place).baseUrl();
        };
    }

    /** What the models of the one row hold that is about that. */
    private String windows(String dialect) {
        StringBuilder toml = new StringBuilder("[provider.context_windows]\n");
        for (Case one : cases) {
            if (one.row().next().equals("C") && one.dialect().equals(dialect)) {
                toml.append('"').append(one.model("A")).append("\" = 1000\n");
                toml.append('"').append(one.model("C")).append("\" = 100000\n");
            }
        }
        return toml.toString();
    }

    /** Every way is gone once and every event loop runs, so that what comes later adds nothing of its own. */
    void warmUp() throws Exception {
        for (Case one : warmingUp) {
            for (int i = 0; i < 4; i++) {
                Heard.of(gateway.port(), one, "warm-up");
            }
        }
        for (FakeProvider provider : providers.values()) {
            for (int i = 0; i < 4; i++) {
                RawHttp.to(provider.port()).close();
            }
        }
    }

    List<Case> cases() {
        return cases;
    }

    TestGateway gateway() {
        return gateway;
    }

    Invariants invariants() {
        return invariants;
    }

    /** The upstream at a place that has one of ours. */
    FakeProvider provider(Place place) {
        return Objects.requireNonNull(providers.get(place), place.name());
    }

    /** What must never be asked. */
    FakeProvider elsewhere() {
        return elsewhere;
    }

    /** The attempts of one request that reached an upstream, in order. */
    List<RequestListener.Attempted> attempts(String requestId) {
        return attempts.stream()
                .filter(it -> it.id().equals(requestId) && it.entry() != null)
                .toList();
    }

    /** Ports that no caller may learn of. */
    List<String> ports() {
        List<String> ports = new ArrayList<>();
        providers.values().forEach(it -> ports.add(":" + it.port()));
        ports.add(":" + blackhole.port());
        ports.add(":" + mute.getLocalPort());
        ports.add(":" + elsewhere.port());
        return ports;
    }

    @Override
    public void close() throws Exception {
        gateway.close();
        providers.values().forEach(FakeProvider::close);
        elsewhere.close();
        blackhole.close();
        mute.close();
        names.close();
        System.setProperties(propertiesBefore);
    }

    private static final String GLOBAL = """
            [global]
            stream_idle_timeout = 0.4
            stream_total_timeout = 1.5
            patience = 0.25
            [global.error_handling]
            retry_on_errors = ["timeout", "rate_limit", "network_error"]
            """;
}
