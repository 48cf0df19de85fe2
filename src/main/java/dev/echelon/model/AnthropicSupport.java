package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of an OpenAI request has no words in Anthropic's dialect. Hints that only shade the answer ({@code seed},
 * penalties, {@code logit_bias}) are let go; what changes its form or content is not.
 */
final class AnthropicSupport {

    static final Set<String> IMAGE_TYPES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private static final List<String> UNSAYABLE = List.of("functions", "function_call", "audio", "web_search_options");
    private static final List<String> UNSAYABLE_IN_MESSAGE = List.of("tool_calls", "function_call", "audio");

    private AnthropicSupport() {}

    static boolean supports(ChatRequest request) {
        if (request.dialect().equals(ChatRequest.ANTHROPIC)) {
            return true;
        }
        return supportsExtras(request)
                && supportsTools(request)
                && request.messages().stream().allMatch(AnthropicSupport::supports);
    }

    private static boolean supportsExtras(ChatRequest request) {
        for (String name : UNSAYABLE) {
            if (present(request.extras().get(name))) {
                return false;
            }
        }
        JsonNode n = request.extras().get("n");
        JsonNode logprobs = request.extras().get("logprobs");
        return (n == null || n.asInt(1) <= 1)
                && (logprobs == null || !logprobs.asBoolean())
                && isPlainText(request.extras().get("response_format"))
                && isTextOnly(request.extras().get("modalities"));
    }

    private static boolean isPlainText(@Nullable JsonNode format) {
        return format == null
                || format.isNull()
                || "text".equals(format.path("type").textValue());
    }

    private static boolean isTextOnly(@Nullable JsonNode modalities) {
        if (modalities != null) {
            for (JsonNode modality : modalities) {
                if (!"text".equals(modality.textValue())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean supportsTools(ChatRequest request) {
        for (ToolDefinition tool : request.tools()) {
            if (tool.opaque() != null) {
                return false;
            }
        }
        return !(request.toolChoice() instanceof ToolChoice.Opaque);
    }

    private static boolean supports(ChatMessage message) {
        for (String name : UNSAYABLE_IN_MESSAGE) {
            if (present(message.extras().get(name))) {
                return false;
            }
        }
        for (ContentPart part : message.content()) {
            if (!supports(part, message.role())) {
                return false;
            }
        }
        return true;
    }

    private static boolean supports(ContentPart part, Role role) {
        if (part instanceof ContentPart.Image image) {
            return (role == Role.USER || role == Role.TOOL)
                    && (image.url() != null || IMAGE_TYPES.contains(AnthropicTurns.mediaType(image)));
        }
        if (part instanceof ContentPart.Opaque opaque) {
            return opaque.dialect().equals(ChatRequest.ANTHROPIC) || AnthropicTurns.refusal(opaque) != null;
        }
        return true;
    }

    private static boolean present(@Nullable JsonNode value) {
        return value != null && !value.isNull();
    }
}
