package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Writes fields that nobody interprets. */
final class Extras {

    /** Words of a message that every dialect's answer may use: they are written to any caller. */
    private static final Set<String> CANONICAL = Set.of("reasoning_content", "refusal");

    private Extras() {}

    static void writeAll(JsonGenerator out, Map<String, JsonNode> extras) throws IOException {
        for (Map.Entry<String, JsonNode> extra : extras.entrySet()) {
            write(out, extra);
        }
    }

    /** Fields of a message or delta: all of the same dialect, of another those with one meaning in all. */
    static void writeOfMessage(JsonGenerator out, Map<String, JsonNode> extras, boolean sameDialect)
            throws IOException {
        for (Map.Entry<String, JsonNode> extra : extras.entrySet()) {
            if (sameDialect || CANONICAL.contains(extra.getKey())) {
                write(out, extra);
            }
        }
    }

    static void write(JsonGenerator out, Map.Entry<String, JsonNode> extra) throws IOException {
        out.writeFieldName(extra.getKey());
        out.writeTree(extra.getValue());
    }
}
