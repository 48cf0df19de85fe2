/**
 * TOML files to one validated, immutable {@link dev.echelon.config.Configuration}. Knows nothing of Camel routes. May
 * import domain. Start reading at {@link dev.echelon.config.ConfigLoader}.
 */
@NullMarked
package dev.echelon.config;

import org.jspecify.annotations.NullMarked;
