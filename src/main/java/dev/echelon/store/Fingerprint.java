package dev.echelon.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatRequest;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over a canonical request: equal for requests that ask the same, whatever the order and the spelling of their
 * fields, and different for all others. Every component of the request's records counts, also those that are yet to come.
 */
public final class Fingerprint {

    private final MessageDigest digest = sha256();

    private Fingerprint() {}

    /**
     * @param streamed whether the answer comes as events; the request may say so where nobody can take them
     * @return 64 hexadecimal digits
     */
    public static String of(ChatRequest request, boolean streamed) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(request.withStream(streamed));
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    /** SHA-256 of a credential, to know its owner again without knowing it: 64 hexadecimal digits. */
    public static String ofCredential(String credential) {
        return HexFormat.of().formatHex(sha256().digest(credential.getBytes(StandardCharsets.UTF_8)));
    }

    private void add(@Nullable Object value) {
        if (value == null) {
            head('0', 0);
        } else if (value instanceof JsonNode json) {
            json(json);
        } else if (value instanceof Map<?, ?> map) {
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, inner) -> sorted.put(String.valueOf(key), inner));
            head('m', sorted.size());
            sorted.forEach((key, inner) -> {
                text('k', key);
                add(inner);
            });
        } else if (value instanceof List<?> list) {
            head('l', list.size());
            list.forEach(this::add);
        } else if (value instanceof Record fields) {
            components(fields);
        } else {
            // text, numbers, truth values and enums
            text('s', value.toString());
        }
    }

    private void components(Record value) {
        RecordComponent[] components = value.getClass().getRecordComponents();
        text('r', value.getClass().getSimpleName());
        head('c', components.length);
        for (RecordComponent component : components) {
            try {
                add(component.getAccessor().invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(component + " cannot be read", e);
            }
        }
    }

    private void json(JsonNode node) {
        if (node.isObject()) {
            Map<String, JsonNode> sorted = new TreeMap<>();
            node.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
            add(sorted);
        } else if (node.isArray()) {
            head('a', node.size());
            node.forEach(this::json);
        } else {
            text(node.isTextual() ? 's' : 'v', node.asText());
        }
    }

    private void text(char kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        head(kind, bytes.length);
        digest.update(bytes);
    }

    /** What follows is told before it, so that no two requests become the same bytes. */
    private void head(char kind, int length) {
        digest.update(ByteBuffer.allocate(6).putChar(kind).putInt(length).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
