package dev.echelon.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatRequest;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over a canonical request: equal for requests that ask the same, whatever the order and the spelling of their
 * fields, and different for all others. Every component of the request's records counts, also those that are yet to come.
 */
public final class Fingerprint {

    /** Looking them up anew costs more than all the rest. */
    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            return Stream.of(type.getRecordComponents())
                    .map(RecordComponent::getAccessor)
                    .toArray(Method[]::new);
        }
    };

    /** Of the caller's end of the line, or for the provider's prompt cache: of no influence on what is answered. */
    private static final Set<String> NOT_ASKED = Set.of("stream_options", "prompt_cache_key");

    private byte[] bytes = new byte[1024];
    private int length;

    private Fingerprint() {}

    /**
     * @param streamed whether the answer comes as events; the request may say so where nobody can take them
     * @return 64 hexadecimal digits
     */
    public static String of(ChatRequest request, boolean streamed) {
        return ofValue(request.withStream(streamed));
    }

    /**
     * Of what is asked, and nothing else: the same for a plain and a streamed answer, and whatever name the caller gave
     * to the target.
     *
     * @return 64 hexadecimal digits
     */
    public static String ofQuestion(ChatRequest request) {
        Map<String, JsonNode> extras = request.extras();
        if (!Collections.disjoint(extras.keySet(), NOT_ASKED)) {
            extras = new HashMap<>(extras);
            extras.keySet().removeAll(NOT_ASKED);
        }
        return ofValue(new ChatRequest(
                request.dialect(),
                null,
                request.messages(),
                request.tools(),
                request.toolChoice(),
                request.temperature(),
                request.topP(),
                request.maxTokens(),
                request.stop(),
                false,
                false,
                extras));
    }

    /**
     * @param value a record, list, map, JSON, text, number or enum, or a composition of them
     * @return 64 hexadecimal digits
     */
    public static String ofValue(Object value) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(value);
        MessageDigest digest = sha256();
        digest.update(fingerprint.bytes, 0, fingerprint.length);
        return HexFormat.of().formatHex(digest.digest());
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
        Method[] accessors = ACCESSORS.get(value.getClass());
        text('r', value.getClass().getSimpleName());
        head('c', accessors.length);
        for (Method accessor : accessors) {
            try {
                add(accessor.invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(accessor + " cannot be called", e);
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
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        head(kind, encoded.length);
        ensure(encoded.length);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
    }

    /** What follows is told before it, so that no two requests become the same bytes. */
    private void head(char kind, int count) {
        ensure(1 + Integer.BYTES);
        bytes[length++] = (byte) kind;
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (count >>> shift);
        }
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
