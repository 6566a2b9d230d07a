#!/usr/bin/env bash
echo "$HOME/.cache/mlcc/onednn-dev"
