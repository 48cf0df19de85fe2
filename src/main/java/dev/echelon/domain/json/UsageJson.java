package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.Usage;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code usage} object. */
final class UsageJson {

    private static final String DETAILS = "prompt_tokens_details";
    private static final String CACHED = "cached_tokens";
    private static final Set<String> INTERPRETED = Set.of("prompt_tokens", "completion_tokens", "total_tokens");

    /** Beyond it a count is a lie; sums of such counts cannot overflow. */
    private static final long MAX_TOKENS = 1_000_000_000_000_000L;

    private UsageJson() {}

    /** {@code null} where there is no usage object: an answer is good without. */
    @Nullable
    static Usage read(@Nullable JsonNode node) {
        if (!(node instanceof ObjectNode usage)) {
            return null;
        }
        Map<String, JsonNode> extras = Fields.others(usage, INTERPRETED);
        long cached = 0;
        if (extras.get(DETAILS) instanceof ObjectNode details) {
            cached = tokens(details.get(CACHED));
            extras = new LinkedHashMap<>(extras);
            details.remove(CACHED);
            if (details.isEmpty()) {
                extras.remove(DETAILS);
            }
            extras = Collections.unmodifiableMap(extras);
        }
        return new Usage(tokens(usage.get("prompt_tokens")), tokens(usage.get("completion_tokens")), cached, extras);
    }

    /** A count, 0 where it is none. */
    static long tokens(@Nullable JsonNode count) {
        if (count == null || !count.isNumber() || !count.canConvertToLong()) {
            return 0;
        }
        return Math.max(0, Math.min(count.longValue(), MAX_TOKENS));
    }

    static void write(JsonGenerator out, Usage usage, boolean sameDialect) throws IOException {
        out.writeObjectFieldStart("usage");
        out.writeNumberField("prompt_tokens", usage.promptTokens());
        out.writeNumberField("completion_tokens", usage.completionTokens());
        out.writeNumberField("total_tokens", usage.totalTokens());
        out.writeObjectFieldStart(DETAILS);
        out.writeNumberField(CACHED, usage.cachedTokens());
        if (sameDialect && usage.extras().get(DETAILS) instanceof ObjectNode details) {
            for (Map.Entry<String, JsonNode> detail : details.properties()) {
                Extras.write(out, detail);
            }
        }
        out.writeEndObject();
        if (sameDialect) {
            for (Map.Entry<String, JsonNode> extra : usage.extras().entrySet()) {
                if (!extra.getKey().equals(DETAILS)) {
                    Extras.write(out, extra);
                }
            }
        }
        out.writeEndObject();
    }
}
