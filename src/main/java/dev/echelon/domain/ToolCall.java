package dev.echelon.domain;

/**
 * A call of a tool by the model.
 *
 * @param id the provider's id, which the tool result must repeat
 * @param arguments JSON text of an object, exactly as the model wrote it; it may be malformed
 */
public record ToolCall(String id, String name, String arguments) {}
