"""The diffusion: objectives to train by, guidance, and the sampler. Latents in, latents out."""
