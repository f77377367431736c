package av

import _ "github.com/framegear/framegear/internal/setup" // where a build without libav ends, with words that say what to do
