package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One content part of a message. */
final class PartReader {

    static final String IMAGE_URL = "image_url";

    private static final Set<String> TEXT_FIELDS = Set.of("type", "text");
    private static final Set<String> IMAGE_FIELDS = Set.of("type", IMAGE_URL);

    private PartReader() {}

    static ContentPart read(JsonNode node, Path at) throws ModelFailure {
        ObjectNode part = Fields.object(node, at);
        return switch (Fields.requiredText(part, "type", at)) {
            case "text" -> new ContentPart.Text(text(part, at), Fields.others(part, TEXT_FIELDS));
            case IMAGE_URL -> image(part, at.field(IMAGE_URL));
            default -> new ContentPart.Opaque(ChatRequest.OPENAI, part);
        };
    }

    private static JsonText text(ObjectNode part, Path at) throws ModelFailure {
        JsonNode text = Fields.get(part, "text");
        if (text == null || !text.isTextual()) {
            throw Fields.invalid(at.field("text"), "must be a string");
        }
        return Fields.content(text);
    }

    private static ContentPart.Image image(ObjectNode part, Path at) throws ModelFailure {
        ObjectNode image = Fields.object(Fields.get(part, IMAGE_URL), at);
        String url = Fields.requiredText(image, "url", at);
        String detail = Fields.text(image, "detail", at);
        Map<String, JsonNode> extras = Fields.others(part, IMAGE_FIELDS);
        if (startsWith(url, "https://") || startsWith(url, "http://")) {
            return new ContentPart.Image(url, null, null, detail, extras);
        }
        ContentPart.Image inline = startsWith(url, "data:image/") ? inline(url, detail, extras) : null;
        if (inline == null) {
            throw Fields.invalid(at.field("url"), "must be an http(s) URL or data:image/...;base64,...");
        }
        return inline;
    }

    /** The image of {@code data:<type>[;parameter];base64,<bytes>}, {@code null} where it is not of that form. */
    private static ContentPart.@Nullable Image inline(
            String url, @Nullable String detail, Map<String, JsonNode> extras) {
        int comma = url.indexOf(',');
        int semicolon = url.indexOf(';');
        if (semicolon < 0 || comma < semicolon || !url.startsWith(";base64", comma - ";base64".length())) {
            return null;
        }
        String mediaType = url.substring("data:".length(), semicolon);
        return isMediaType(mediaType)
                ? new ContentPart.Image(null, mediaType, url.substring(comma + 1), detail, extras)
                : null;
    }

    private static boolean isMediaType(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "/+-.".indexOf(c) < 0) {
                return false;
            }
        }
        return text.length() < 64;
    }

    private static boolean startsWith(String text, String prefix) {
        return text.regionMatches(true, 0, prefix, 0, prefix.length());
    }
}
