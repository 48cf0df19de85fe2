package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an answer and a chunk have around their choices.
 *
 * @param object OpenAI's name of the kind
 * @param dialect the one it came in; {@code extras} are written only where that is OpenAI's own
 */
record Envelope(
        String object,
        String id,
        long created,
        String model,
        @Nullable Usage usage,
        String dialect,
        Map<String, JsonNode> extras) {

    /** Writes one choice. */
    @FunctionalInterface
    interface ChoiceWriter<C> {
        void write(JsonGenerator out, C choice, boolean sameDialect) throws IOException;
    }

    <C> void write(JsonGenerator out, List<C> choices, ChoiceWriter<C> writer) throws IOException {
        boolean sameDialect = dialect.equals(ChatRequest.OPENAI);
        out.writeStartObject();
        out.writeStringField("id", id);
        out.writeStringField("object", object);
        out.writeNumberField("created", created);
        out.writeStringField("model", model);
        out.writeArrayFieldStart("choices");
        for (C choice : choices) {
            writer.write(out, choice, sameDialect);
        }
        out.writeEndArray();
        if (usage != null) {
            UsageJson.write(out, usage, sameDialect);
        }
        if (sameDialect) {
            Extras.writeAll(out, extras);
        }
        out.writeEndObject();
    }
}
