package dev.echelon.ingress.files;

import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ParsedRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request of a batch: either a request or what is wrong with it.
 *
 * @param customId its name in the answers; {@code line-7} for the seventh line when it has none of its own
 * @param bytes length of its line
 */
record BatchLine(
        String customId,
        int bytes,
        @Nullable ParsedRequest request,
        @Nullable ModelFailure fault) {

    static BatchLine of(String customId, int bytes, ParsedRequest request) {
        return new BatchLine(customId, bytes, request, null);
    }

    static BatchLine bad(String customId, int bytes, ModelFailure fault) {
        return new BatchLine(customId, bytes, null, fault);
    }
}
