package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.Usage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Token counts: here the input is counted in three parts, of which the canonical count is the sum. */
final class AnthropicUsage {

    private static final String INPUT = "input_tokens";
    private static final String OUTPUT = "output_tokens";
    private static final String CACHE_READ = "cache_read_input_tokens";
    private static final String CACHE_WRITE = "cache_creation_input_tokens";
    private static final Set<String> INTERPRETED = Set.of(INPUT, OUTPUT, CACHE_READ);

    /** Beyond it a count is a lie; sums of such counts cannot overflow. */
    private static final long MAX_TOKENS = 1_000_000_000_000_000L;

    private AnthropicUsage() {}

    /** {@code null} where there is no usage object. */
    @Nullable
    static Usage read(@Nullable JsonNode node) {
        if (!(node instanceof ObjectNode usage)) {
            return null;
        }
        Map<String, JsonNode> extras = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : usage.properties()) {
            if (!INTERPRETED.contains(field.getKey())) {
                extras.put(field.getKey(), field.getValue());
            }
        }
        long cached = tokens(usage.path(CACHE_READ));
        return new Usage(
                tokens(usage.path(INPUT)) + tokens(usage.path(CACHE_WRITE)) + cached,
                tokens(usage.path(OUTPUT)),
                cached,
                Collections.unmodifiableMap(extras));
    }

    /** Takes newer counts over: they are running totals, so the larger one is the later one. */
    static void merge(ObjectNode into, JsonNode newer) {
        for (Map.Entry<String, JsonNode> field : newer.properties()) {
            boolean smaller =
                    field.getValue().isNumber() && tokens(field.getValue()) < tokens(into.path(field.getKey()));
            if (!smaller && !field.getValue().isNull()) {
                into.set(field.getKey(), field.getValue());
            }
        }
    }

    private static long tokens(JsonNode count) {
        return count.isNumber() && count.canConvertToLong() ? Math.max(0, Math.min(count.longValue(), MAX_TOKENS)) : 0;
    }
}
