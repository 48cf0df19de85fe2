package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests bent at random, from a fixed seed: each is read and can be written, or is refused in our words. */
class HostileCallerTest {

    /** More in a nightly run. */
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 5_000);

    private static final String SAMPLE = """
            {"model":"canary","messages":[{"role":"system","content":"canary"},
            {"role":"user","content":[{"type":"text","text":"canary"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,canary","detail":"low"}},
            {"type":"image_url","image_url":{"url":"https://canary"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"canary","type":"function","function":{"name":"canary","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"canary","content":"canary"}],
            "tools":[{"type":"function","function":{"name":"canary","parameters":{"type":"object"}}}],
            "tool_choice":{"type":"function","function":{"name":"canary"}},"temperature":1,"top_p":1,"max_tokens":5,
            "stop":["canary"],"stream":true,"stream_options":{"include_usage":true},"n":1,
            "metadata":{"poolName":"canary"},"canary":{"canary":["canary"]}}""";

    private static final List<JsonNode> VALUES = List.of(
            JsonNodeFactory.instance.nullNode(),
            JsonNodeFactory.instance.numberNode(5),
            JsonNodeFactory.instance.numberNode(-1.5),
            JsonNodeFactory.instance.textNode("canary\uD800"),
            JsonNodeFactory.instance.textNode(""),
            JsonNodeFactory.instance.booleanNode(true),
            JsonNodeFactory.instance.arrayNode(),
            JsonNodeFactory.instance.arrayNode().add("canary"),
            JsonNodeFactory.instance.objectNode(),
            JsonNodeFactory.instance.objectNode().put("type", "canary"));

    private final Random random = new Random(20_260_102);

    @Test
    void a_request_with_wrong_types_is_read_or_refused() throws Exception {
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            ObjectNode root = Json.readObject(SAMPLE);
            for (int turns = random.nextInt(3); turns >= 0; turns--) {
                bend(root);
            }
            read += readOrRefused(Json.write(root)) ? 1 : 0;
        }
        assertThat(read).isBetween(1, ROUNDS - 1);
    }

    @Test
    void broken_bytes_are_read_or_refused() throws Exception {
        byte[] sample = SAMPLE.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = random.nextBoolean() ? sample.clone() : Arrays.copyOf(sample, random.nextInt(sample.length));
            for (int turns = random.nextInt(3); turns > 0 && bytes.length > 0; turns--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            readOrRefused(bytes);
        }
    }

    private static boolean readOrRefused(byte[] body) throws Exception {
        ParsedRequest parsed;
        try {
            parsed = RequestJson.read(body);
        } catch (ModelFailure failure) {
            assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
            assertThat(failure.status()).isEqualTo(400);
            assertThat(failure.message()).doesNotContain("canary").hasSizeLessThan(250);
            return false;
        }
        Json.readObject(RequestJson.write(parsed.request(), "m"));
        return true;
    }

    /** Replaces, takes away or adds one value somewhere in the tree. */
    private void bend(ObjectNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        JsonNode at = containers.get(random.nextInt(containers.size()));
        JsonNode value = VALUES.get(random.nextInt(VALUES.size())).deepCopy();
        if (at instanceof ArrayNode array) {
            if (array.isEmpty() || random.nextBoolean()) {
                array.add(value);
            } else {
                array.set(random.nextInt(array.size()), value);
            }
        } else if (at instanceof ObjectNode object && !object.isEmpty()) {
            List<Map.Entry<String, JsonNode>> fields = List.copyOf(object.properties());
            String name = fields.get(random.nextInt(fields.size())).getKey();
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
