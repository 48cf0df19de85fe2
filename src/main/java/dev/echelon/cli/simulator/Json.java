package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What both wire formats have in common. */
final class Json {

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The text of a message's content: a string, or the text parts of a list, one a line. */
    static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            String of = part.path("text").asText("");
            if (!of.isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n").append(of);
            }
        }
        return text.toString();
    }

    /** The text of the last message of the role {@code user} that has any, empty when there is none. */
    static String lastUserText(JsonNode messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            JsonNode message = messages.get(i);
            if (message.path("role").asText().equals("user")) {
                String text = text(message.path("content"));
                if (!text.isEmpty()) {
                    return text;
                }
            }
        }
        return "";
    }

    static int words(JsonNode messages) {
        int words = 0;
        for (JsonNode message : messages) {
            words += Words.count(text(message.path("content")));
        }
        return words;
    }
}
