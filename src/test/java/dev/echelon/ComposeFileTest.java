package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class ComposeFileTest {

    private final Map<?, ?> root;
    private final Map<?, ?> services;

    ComposeFileTest() throws IOException {
        root = yaml(Path.of("docker-compose.yml"));
        services = map(root, "services");
    }

    @Test
    void everyImageIsPinned() {
        assertThat(services.keySet())
                .extracting(Object::toString)
                .containsExactlyInAnyOrder("echelon", "kafka", "kafka-topics", "prometheus", "grafana");
        for (Object service : services.values()) {
            assertThat((String) ((Map<?, ?>) service).get("image")).matches("[a-z/]+:v?\\d+\\.\\d+\\.\\d+");
        }
        assertThat(map(services, "echelon").get("build")).isEqualTo(".");
    }

    @Test
    void filesAreMountedReadOnlyAndAreThere() {
        for (Object service : services.values()) {
            for (Object volume : list((Map<?, ?>) service, "volumes")) {
                if (volume instanceof Map<?, ?> bind) {
                    assertThat(bind.get("read_only")).isEqualTo(true);
                    assertThat(map(bind, "bind").get("create_host_path")).isEqualTo(false);
                    assertThat(Path.of((String) bind.get("source"))).exists();
                } else {
                    assertThat(map(root, "volumes").containsKey(((String) volume).split(":", -1)[0]))
                            .isTrue();
                }
            }
        }
        assertThat(list(map(services, "echelon"), "volumes"))
                .filteredOn(Map.class::isInstance)
                .extracting(volume -> ((Map<?, ?>) volume).get("source"), volume -> ((Map<?, ?>) volume).get("target"))
                .containsExactly(tuple("./configs", "/echelon/configs"), tuple("./routes", "/echelon/routes"));
    }

    @Test
    void onlyTheEdgeIsPublishedToOtherMachines() {
        assertThat(list(map(services, "echelon"), "ports")).isEqualTo(List.of("8080:8080", "127.0.0.1:9876:9876"));
        for (String service : new String[] {"kafka", "prometheus", "grafana"}) {
            assertThat(list(map(services, service), "ports")).isNotEmpty().allSatisfy(port -> assertThat((String) port)
                    .startsWith("127.0.0.1:"));
        }
    }

    @Test
    void keysArePassedOnAndNeverWrittenDown() {
        assertThat(list(map(services, "echelon"), "environment"))
                .filteredOn(variable -> !((String) variable).startsWith("ECHELON_KAFKA_"))
                .isEqualTo(List.of("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"));
    }

    @Test
    void theGatewayTakesPromptsFromTheKafkaBesideIt() throws IOException {
        Map<?, ?> echelon = map(services, "echelon");
        List<String> imagesOwn = Files.readAllLines(Path.of("Dockerfile")).stream()
                .filter(line -> line.startsWith("CMD "))
                .flatMap(line -> Stream.of(line.substring(5, line.length() - 1).split(", ", -1)))
                .map(word -> word.replace("\"", ""))
                .toList();

        List<String> words = list(echelon, "command").stream()
                .flatMap(word -> Stream.of(((String) word).split("=", 2)))
                .toList();
        assertThat(words).startsWith(imagesOwn.toArray(String[]::new)).endsWith("--kafka");
        assertThat(words).hasSize(imagesOwn.size() + 1);
        assertThat(list(echelon, "environment")).anyMatch("ECHELON_KAFKA_BROKERS=kafka:29092"::equals);
        assertThat(map(echelon, "depends_on"))
                .isEqualTo(Map.of("kafka-topics", Map.of("condition", "service_completed_successfully")));
    }

    @Test
    void theCountOfCrashesAndNativeCodeHaveAPlaceNextToAReadOnlyRoot() throws IOException {
        Map<?, ?> echelon = map(services, "echelon");

        assertThat(echelon.get("read_only")).isEqualTo(true);
        assertThat(list(echelon, "tmpfs")).isEqualTo(List.of("/tmp:exec"));
        assertThat(list(echelon, "volumes")).anyMatch("echelon-data:/echelon/data"::equals);
        assertThat(Files.readAllLines(Path.of("Dockerfile")))
                .containsSubsequence("WORKDIR /echelon", "RUN mkdir data && chown 1000:1000 data", "USER 1000:1000");
    }

    @Test
    void theContainersListenersAreThoseThatClientsAreSentTo() {
        Map<?, ?> kafka = map(map(services, "kafka"), "environment");

        assertThat((String) kafka.get("KAFKA_ADVERTISED_LISTENERS"))
                .isEqualTo("INTERNAL://kafka:29092,EXTERNAL://localhost:9092");
        assertThat((String) kafka.get("KAFKA_LISTENERS")).contains("INTERNAL://:29092", "EXTERNAL://:9092");
        assertThat((String) list(map(services, "kafka-topics"), "command").get(2))
                .contains("kafka:29092", "llm.prompts llm.answers llm.dlq");
    }

    @Test
    void prometheusScrapesTheManagementPortAndGrafanaAsksPrometheus() throws IOException {
        Map<?, ?> scrape = (Map<?, ?>) list(yaml(Path.of("deploy/prometheus/prometheus.yml")), "scrape_configs")
                .get(0);
        Map<?, ?> source =
                (Map<?, ?>) list(yaml(Path.of("deploy/grafana/provisioning/datasources/prometheus.yml")), "datasources")
                        .get(0);
        Map<?, ?> provider =
                (Map<?, ?>) list(yaml(Path.of("deploy/grafana/provisioning/dashboards/echelon.yml")), "providers")
                        .get(0);

        assertThat(scrape.get("metrics_path")).isEqualTo("/observe/metrics");
        assertThat(scrape.get("honor_labels")).isEqualTo(true);
        assertThat(((Map<?, ?>) list(scrape, "static_configs").get(0)).get("targets"))
                .isEqualTo(List.of("echelon:9876"));
        assertThat(source.get("url")).isEqualTo("http://prometheus:9090");
        assertThat(source.get("uid")).isEqualTo("prometheus");
        assertThat(list(map(services, "grafana"), "volumes"))
                .extracting(volume -> String.valueOf(((Map<?, ?>) volume).get("target")))
                .contains(String.valueOf(map(provider, "options").get("path")), "/etc/grafana/provisioning");
    }

    private static Map<?, ?> yaml(Path file) throws IOException {
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    }

    private static Map<?, ?> map(Map<?, ?> in, String key) {
        assertThat(in.containsKey(key)).as(key).isTrue();
        return (Map<?, ?>) in.get(key);
    }

    private static List<?> list(Map<?, ?> in, String key) {
        return in.containsKey(key) ? (List<?>) in.get(key) : List.of();
    }
}
