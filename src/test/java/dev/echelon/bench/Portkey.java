package dev.echelon.bench;

import dev.echelon.testing.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Portkey's gateway, which spreads requests over two targets as the others do. */
record Portkey(Path node, Path server) implements Subject {

    static final String NAME = "Portkey";

    /** Where {@code bench/install-peers} puts it. */
    static final Path SERVER = Path.of("bench/peers/node_modules/@portkey-ai/gateway/build/start-server.js");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        int port = Ports.free();
        Path log = workshop.folder().resolve("portkey.log");
        Child child = Child.start(
                List.of(node.toString(), server.toString(), "--port=" + port, "--headless"),
                Map.of("NODE_ENV", "production", "TRUSTED_CUSTOM_HOSTS", "127.0.0.1,localhost"),
                log);
        String targets = "{\"strategy\":{\"mode\":\"loadbalance\"},\"targets\":["
                + target(workshop.upstreams().get(0), "a") + ","
                + target(workshop.upstreams().get(1), "b") + "]}";
        return workshop.started(
                NAME, child, log, new Callers.Endpoint(port, Map.of("x-portkey-config", targets)), false);
    }

    private static String target(int port, String model) {
        return "{\"provider\":\"openai\",\"api_key\":\"k\",\"weight\":1,\"custom_host\":\"http://127.0.0.1:" + port
                + "/v1\",\"override_params\":{\"model\":\"" + model + "\"}}";
    }
}
