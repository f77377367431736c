package timerslack

import "C" // for the constructor in slack_linux.c
