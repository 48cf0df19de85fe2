package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A piece of a message. */
public sealed interface ContentPart {

    /** Plain text; {@code extras} are fields beside it, such as {@code cache_control}. */
    record Text(JsonText content, Map<String, JsonNode> extras) implements ContentPart {

        public Text(String text, Map<String, JsonNode> extras) {
            this(JsonText.of(text), extras);
        }

        public String text() {
            return content.toString();
        }
    }

    /**
     * An image, either by URL or inline.
     *
     * @param url an http(s) URL, or {@code null} when the bytes are inline
     * @param mediaType such as {@code image/png}; {@code null} with a URL
     * @param base64 the bytes, base64; {@code null} with a URL
     * @param detail OpenAI's {@code low | high | auto}, or {@code null}
     */
    record Image(
            @Nullable String url,
            @Nullable String mediaType,
            @Nullable String base64,
            @Nullable String detail,
            Map<String, JsonNode> extras)
            implements ContentPart {}

    /**
     * A part that only its own dialect understands (audio, files, thinking blocks), passed on as it came.
     *
     * @param dialect the dialect it was written in
     */
    record Opaque(String dialect, JsonNode json) implements ContentPart {}
}
